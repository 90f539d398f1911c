import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { PDFDocument } from 'pdf-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classify } from '../classify.ts';
import type { Field } from '../classification.ts';
import { readStructured } from './read-structured.ts';
import { CROSS_INDUSTRY } from './structured.fixture.ts';

let file: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'structured-'));
  file = join(folder, 'invoice.pdf');
});
afterAll(() => rm(folder, { recursive: true }));

async function pdfWith(attachments: Record<string, string>, title = 'scan.docx') {
  const pdf = await PDFDocument.create();
  pdf.addPage();
  pdf.setTitle(title);
  pdf.setAuthor('Erika Mustermann');
  pdf.setCreationDate(new Date('2024-03-06T10:00:00Z'));
  for (const [name, content] of Object.entries(attachments)) {
    await pdf.attach(Buffer.from(content), name);
  }
  await writeFile(file, await pdf.save());
  return readStructured(file, 'pdf');
}

const PAGES = [
  'Müller & Söhne GmbH\nRechnung Nr. R-2024-77\nRechnungsdatum: 6. März 2024',
  'Gesamtbetrag 119,00 €\nAngebot gültig bis 4.4.2024',
];

async function fieldsOf(attachments: Record<string, string>): Promise<Map<string, Field>> {
  const structured = await pdfWith(attachments);
  const { fields } = classify({ pages: PAGES, format: 'pdf', fileName: 'x.pdf', structured });
  return new Map(fields.map((field) => [field.name, field]));
}

describe('data inside a file', () => {
  it('given an invoice attached to a PDF, its kind and values win, and tell where pages show them', async () => {
    const fields = await fieldsOf({ 'notes.txt': 'no', 'factur-x.xml': CROSS_INDUSTRY });
    const origin = 'factur-x.xml';
    const source = 'Rechnung Nr R-2024-77';
    expect(fields.get('documentNumber')).toMatchObject({
      value: 'R-2024-77',
      page: 1,
      source,
      origin,
    });
    expect(fields.get('total')).toMatchObject({
      value: '119.00',
      page: 2,
      origin,
      confidence: 0.99,
    });
    // No label announces it, but it is there.
    expect(fields.get('dueDate')).toMatchObject({ value: '2024-04-04', page: 2 });
    expect(fields.get('buyer')).toMatchObject({
      value: 'Kunde AG',
      page: null,
      source: 'Name Kunde AG',
    });
  });

  it('given data and a page that differ, the page is an alternative', async () => {
    const fields = await fieldsOf({ 'x.XML': CROSS_INDUSTRY });
    expect(fields.get('date')).toMatchObject({
      value: '2024-03-05',
      alternatives: [{ value: '2024-03-06', page: 1, source: 'Rechnungsdatum 6. März 2024' }],
    });
  });

  it('given data that names a kind, words cannot outweigh it', async () => {
    const structured = await pdfWith({ 'a.xml': CROSS_INDUSTRY.replace('>380<', '>381<') });
    const found = classify({ pages: PAGES, format: 'pdf', fileName: 'x.pdf', structured });
    expect(found).toMatchObject({ kind: 'credit-note', confidence: 1 });
    expect(found.evidence[0]).toMatchObject({ kind: 'credit-note', words: 'a.xml', page: null });
  });

  it('given properties, author and day are fields, and a title that says something is the title', async () => {
    const structured = await pdfWith({}, 'Annual plan');
    const found = classify({ pages: [''], format: 'pdf', fileName: 'x.pdf', structured });
    expect(found.title).toBe('Annual plan');
    expect(found.fields).toMatchObject([
      { name: 'author', value: 'Erika Mustermann', origin: 'document properties', page: null },
      { name: 'created', value: '2024-03-06' },
    ]);
    const technical = await pdfWith({});
    expect(
      classify({ pages: [''], format: 'pdf', fileName: 'x', structured: technical }).title,
    ).toBe(null);
  });

  it('given a PDF that cannot be read, or another format, there is none', async () => {
    await writeFile(file, 'no PDF');
    expect(await readStructured(file, 'pdf')).toEqual([]);
    expect(await readStructured(file, 'text')).toEqual([]);
  });
});

describe('an Office document', () => {
  const core = `<cp:coreProperties xmlns:cp="a" xmlns:dc="b" xmlns:dcterms="c"><dc:title>Plan</dc:title>
    <dc:creator>Erika</dc:creator><dcterms:created>2024-03-05T23:00:00Z</dcterms:created></cp:coreProperties>`;
  const meta = `<office:document-meta xmlns:office="a" xmlns:dc="b" xmlns:meta="c"><office:meta><dc:title>Plan</dc:title>
    <meta:initial-creator>Erika</meta:initial-creator><meta:creation-date>2024-03-05T23:00:00</meta:creation-date></office:meta></office:document-meta>`;

  it.each([
    ['docx', 'docProps/core.xml', core],
    ['ods', 'meta.xml', meta],
  ] as const)('as %s, states title, author and day', async (format, name, xml) => {
    await writeFile(file, zipSync({ [name]: strToU8(xml) }));
    const [properties] = await readStructured(file, format);
    expect(properties?.fields.map(({ name: field, value }) => [field, value])).toEqual([
      ['title', 'Plan'],
      ['author', 'Erika'],
      ['created', '2024-03-05'],
    ]);
  });

  it.each([
    ['that is none', Buffer.from('no ZIP')],
    ['without properties', Buffer.from(zipSync({ 'a.xml': strToU8('<a/>') }))],
    ['with properties that are no XML', Buffer.from(zipSync({ 'meta.xml': strToU8('no') }))],
  ])('%s says nothing', async (_, bytes) => {
    await writeFile(file, bytes);
    expect(await readStructured(file, 'odt')).toEqual([]);
  });
});

describe('the header of a mail', () => {
  const mail = `From: Erika Muster <Erika@muster.example>
To: office@example.org
Date: Tue, 5 Mar 2024 23:30:00 -0800
Subject: The plan

From: not a header
Attachment: plan.pdf
Attachment: list.xlsx`;

  it('states sender, recipients, day, subject and attachments', () => {
    const { fields, kind } = classify({ pages: [mail], format: 'email', fileName: 'x.eml' });
    expect(kind).toBe('e-mail');
    const values = fields.map(({ name, value }) => `${name} ${value}`);
    expect(values).toEqual(
      expect.arrayContaining([
        'from Erika Muster <Erika@muster.example>',
        'to office@example.org',
        'date 2024-03-05',
        'subject The plan',
        'attachment plan.pdf',
        'attachment list.xlsx',
      ]),
    );
    expect(values.find((each) => each.startsWith('email'))).toBe('email erika@muster.example');
    expect(values).not.toContain('from not a header');
  });
});
