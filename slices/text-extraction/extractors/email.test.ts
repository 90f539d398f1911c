import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extractEmail } from './email.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'email-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function textOf(lines: string[]): Promise<string> {
  const file = join(folder, 'mail.eml');
  await writeFile(file, lines.join('\r\n'));
  return (await extractEmail(file)).pages.join('\f');
}

const HEAD = [
  'From: =?utf-8?q?J=C3=BCrgen?= <j@example.com>',
  'To: a@example.com, Team: "B" <b@example.com>, c@example.com;',
  'Date: Fri, 16 Jan 2015 07:35:46 +0000',
  'Subject: =?utf-8?b?UmVjaG51bmcg4oKs?=',
];

function part(kind: string, content: string): string[] {
  return ['--x', `Content-Type: text/${kind}; charset=utf-8`, '', content];
}

function alternatives(text: string, html: string): string[] {
  const type = 'Content-Type: multipart/alternative; boundary=x';
  return [...HEAD, type, '', ...part('plain', text), ...part('html', html), '--x--'];
}

test('the header is the first lines, decoded', async () => {
  expect(await textOf([...HEAD, '', 'Hello,', '', 'bye'])).toBe(
    [
      'From: Jürgen <j@example.com>',
      'To: a@example.com, B <b@example.com>, c@example.com',
      'Date: Fri, 16 Jan 2015 07:35:46 +0000',
      'Subject: Rechnung €',
      '',
      'Hello,',
      '',
      'bye',
    ].join('\n'),
  );
});

test('of two versions that say the same, the text is taken', async () => {
  const text = await textOf(alternatives('Amount due: 12', '<p>Amount <b>due</b>: 12</p>'));
  expect(text.match(/Amount/g)).toHaveLength(1);
});

test('a stub instead of the text does not hide what the HTML says', async () => {
  const text = await textOf(alternatives('Use another program.', '<p>Amount due</p>'));
  expect(text).toContain('Use another program.\n\nAmount due');
});

test('attachments are listed', async () => {
  const type = 'Content-Type: application/pdf; name="a.pdf"';
  const disposition = 'Content-Disposition: attachment; filename="Vertrag 1.pdf"';
  expect(await textOf([...HEAD, type, disposition, '', 'xx'])).toContain(
    'Attachment: Vertrag 1.pdf',
  );
});

test('nesting beyond reason is a permanent failure', async () => {
  const nested = Array.from({ length: 300 }, (_, depth) => [
    `Content-Type: multipart/mixed; boundary=b${depth}`,
    '',
    `--b${depth}`,
  ]).flat();
  await expect(textOf([...HEAD, ...nested])).rejects.toMatchObject({
    code: 'corrupt',
    kind: 'permanent',
  });
});
