import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declaredEncoding, extractHtml, htmlToText } from './html.ts';

test('blocks are lines, inline markup is not, entities are decoded', () => {
  const html =
    '<title>T</title><h1>Head</h1><p>One <b>bold</b>word,\n  two&nbsp;&amp; &euro;</p><div>a</div><div>b<br>c</div>';
  expect(htmlToText(html)).toBe('T\n\nHead\n\nOne boldword, two & €\n\na\nb\nc');
});

test('table rows are lines with tabs, whatever the cells hold', () => {
  const row = '<tr><td><p>Position</p></td><td></td><td><div>12,00</div></td></tr>';
  expect(htmlToText(`<table>${row}<tr><th>Sum<th>24,00</tr></table>after`)).toBe(
    'Position\t\t12,00\nSum\t24,00\n\nafter',
  );
});

test('a table inside a cell keeps the rows of both', () => {
  const inner = '<table><tr><td>a<td>b</tr></table>';
  expect(htmlToText(`<table><tr><td>${inner}</td><td>c</td></tr></table>`)).toBe('a\tb\tc');
});

test('scripts and styles are silent, preformatted text keeps its space, srcdoc speaks', () => {
  expect(htmlToText('<script>x()</script>A<style>p{}</style><pre>  b\n    c</pre>')).toBe(
    'A\n\n  b\n    c',
  );
  expect(htmlToText('<iframe srcdoc="<p>inside &amp;amp; out"></iframe>')).toBe('inside & out');
});

function declaredBy(html: string): string | null {
  return declaredEncoding(Buffer.from(html));
}

test('the charset that a page states is honoured, UTF-16 in ASCII letters cannot be', async () => {
  expect(declaredBy('<meta charset=iso-8859-2>')).toBe('iso-8859-2');
  expect(declaredBy('<meta http-equiv=a content="text/html; charset=koi8-r">')).toBe('koi8-r');
  expect(declaredBy('<meta charset="utf-16">')).toBe('utf-8');
  expect(declaredBy('<meta charset="no-such">')).toBeNull();

  const folder = await mkdtemp(join(tmpdir(), 'html-'));
  const file = join(folder, 'page.html');
  await writeFile(file, Buffer.from('<meta charset=iso-8859-2><p>\xb3', 'latin1'));
  expect((await extractHtml(file, null)).pages).toEqual(['ł']);
  await rm(folder, { recursive: true });
});

test('depth costs no stack', () => {
  expect(htmlToText(`${'<div>'.repeat(20_000)}deep`)).toBe('deep');
});
