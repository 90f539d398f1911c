import { strToU8, zipSync } from 'fflate';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extractOffice } from './office.ts';
import type { OfficeFormat } from './office.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'office-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function pagesOf(format: OfficeFormat, content: Uint8Array): Promise<string[]> {
  const file = join(folder, 'document');
  await writeFile(file, content);
  return (await extractOffice(file, format, 100)).pages;
}

function zip(parts: Record<string, string>): Uint8Array {
  return zipSync(
    Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)])),
  );
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
const SLIDE = `${DRAWING} xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`;
const REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';

function p(text: string): string {
  return `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
}

function cell(text: string): string {
  return `<w:tc>${p(text)}</w:tc>`;
}

test('DOCX: paragraphs and table rows are lines', async () => {
  const table = `<w:tbl><w:tr>${cell('Item')}${cell('12')}</w:tr><w:tr>${cell('Sum')}${cell('24')}</w:tr></w:tbl>`;
  const body = `<w:document ${W}><w:body>${p('Invoice')}${table}${p('Thanks')}</w:body></w:document>`;
  expect(await pagesOf('docx', zip({ 'word/document.xml': body }))).toEqual([
    'Invoice\nItem\t12\nSum\t24\n\nThanks',
  ]);
});

const WORKBOOK = {
  'xl/workbook.xml': `<workbook ${SHEET} ${REL}><sheets><sheet name="One" sheetId="1" r:id="r1"/><sheet name="Two" sheetId="2" r:id="r2"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships ${RELATIONS}><Relationship Id="r1" Type="${RELATION}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${RELATION}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>`,
};

function sheet(cells: string, more = ''): string {
  return `<worksheet ${SHEET}><sheetData><row r="1">${cells}</row></sheetData>${more}</worksheet>`;
}

test('XLSX: a page a sheet; dates, times and shares as they are meant', async () => {
  const cells = [
    '<c r="A1" t="inlineStr"><is><t>Due</t></is></c>',
    '<c r="B1" s="1"><v>45322</v></c>',
    '<c r="C1" s="2"><v>45322.75</v></c>',
    '<c r="D1" s="3"><v>0.19</v></c>',
    '<c r="E1" s="4"><v>1.5</v></c>',
    '<c r="F1"><v>19.989999999999998</v></c>',
    '<c r="G1" s="5"><v>1.5</v></c>',
  ];
  const formats = [
    '<numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy hh:mm"/>',
    '<numFmt numFmtId="165" formatCode="[h]:mm"/>',
    '<numFmt numFmtId="166" formatCode="&quot;day&quot; 0.00"/>',
  ];
  const styles = ['0', '14', '164', '10', '165', '166'].map((id) => `<xf numFmtId="${id}"/>`);
  const parts = {
    ...WORKBOOK,
    'xl/styles.xml': `<styleSheet ${SHEET}><numFmts>${formats.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${styles.join('')}</cellXfs></styleSheet>`,
    'xl/worksheets/sheet1.xml': sheet(cells.join('')),
    'xl/worksheets/sheet2.xml': sheet('<c r="A1"><v>7</v></c>'),
  };
  const pages = await pagesOf('xlsx', zip(parts));
  expect(pages).toEqual(['Due\t2024-01-31\t2024-01-31 18:00\t19.00%\t36:00\t19.99\t1.5', '7']);
});

function pptx(texts: string[]): Record<string, string> {
  const numbers = texts.map((_, index) => index + 1);
  const ids = numbers.map((number) => `<p:sldId id="${255 + number}" r:id="r${number}"/>`);
  const relations = numbers.map(
    (number) =>
      `<Relationship Id="r${number}" Type="${RELATION}/slide" Target="slides/slide${number}.xml"/>`,
  );
  const slides = texts.map((text, index) => {
    const words = `<p:sp><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`;
    const shapes = text === '' ? '' : words;
    const xml = `<p:sld ${SLIDE}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`;
    return [`ppt/slides/slide${index + 1}.xml`, xml];
  });
  return {
    'ppt/presentation.xml': `<p:presentation ${SLIDE} ${REL}><p:sldIdLst>${ids.join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': `<Relationships ${RELATIONS}>${relations.join('')}</Relationships>`,
    ...Object.fromEntries(slides),
  };
}

test('PPTX: a page a slide', async () => {
  expect(await pagesOf('pptx', zip(pptx(['First', 'Second'])))).toEqual(['First', 'Second']);
});

test('PPTX: a slide without text keeps its number', async () => {
  const parts = pptx(['', 'Second']);
  expect(await pagesOf('pptx', zip(parts))).toEqual(['', 'Second']);
});

test('XLSX: what is printed above and below a sheet is text', async () => {
  const print =
    '<headerFooter><oddHeader>&amp;L&amp;"Arial"&amp;8ACME &lt;Ltd&gt;&amp;RPage &amp;P</oddHeader><oddFooter>&amp;CIBAN</oddFooter></headerFooter>';
  const [page] = await pagesOf(
    'xlsx',
    zip({ ...WORKBOOK, 'xl/worksheets/sheet1.xml': sheet('<c r="A1"><v>7</v></c>', print) }),
  );
  expect(page).toBe('ACME <Ltd>\tPage\n7\n\nIBAN');
});

test('RTF: punctuation that is written as control words', async () => {
  const rtf = String.raw`{\rtf1\ansi A\emdash B\~C \endash  D\\emdash\par E\par}`;
  expect(await pagesOf('rtf', Buffer.from(rtf))).toEqual(['A—B\u00A0C – D\\emdash\nE']);
});

test.each(['docx', 'odt', 'xlsx'] as const)(
  '%s: what is no ZIP file is corrupt',
  async (format) => {
    await expect(pagesOf(format, Buffer.from('no zip file'))).rejects.toMatchObject({
      code: 'corrupt',
      kind: 'permanent',
    });
  },
);

test('XML that holds more elements than are allowed is refused', async () => {
  const body = `<w:document ${W}><w:body>${'<w:p/>'.repeat(2_100_000)}</w:body></w:document>`;
  await expect(pagesOf('docx', zip({ 'word/document.xml': body }))).rejects.toMatchObject({
    code: 'too-large-inside',
    kind: 'permanent',
  });
});
