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
  return (await extractOffice(file, format)).pages;
}

function zip(parts: Record<string, string>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)])));
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
const SLIDE = `${DRAWING} xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`;
const REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';

test('DOCX: paragraphs and table rows are lines', async () => {
  const p = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
  const cell = (text: string): string => `<w:tc>${p(text)}</w:tc>`;
  const table = `<w:tbl><w:tr>${cell('Item')}${cell('12')}</w:tr><w:tr>${cell('Sum')}${cell('24')}</w:tr></w:tbl>`;
  const body = `<w:document ${W}><w:body>${p('Invoice')}${table}${p('Thanks')}</w:body></w:document>`;
  expect(await pagesOf('docx', zip({ 'word/document.xml': body }))).toEqual([
    'Invoice\nItem\t12\nSum\t24\n\nThanks',
  ]);
});

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
  const pages = await pagesOf(
    'xlsx',
    zip({
      'xl/workbook.xml': `<workbook ${SHEET} ${REL}><sheets><sheet name="One" sheetId="1" r:id="r1"/><sheet name="Two" sheetId="2" r:id="r2"/></sheets></workbook>`,
      'xl/_rels/workbook.xml.rels': `<Relationships ${RELATIONS}><Relationship Id="r1" Type="${RELATION}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${RELATION}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>`,
      'xl/styles.xml': `<styleSheet ${SHEET}><numFmts>${formats.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${styles.join('')}</cellXfs></styleSheet>`,
      'xl/worksheets/sheet1.xml': `<worksheet ${SHEET}><sheetData><row r="1">${cells.join('')}</row></sheetData></worksheet>`,
      'xl/worksheets/sheet2.xml': `<worksheet ${SHEET}><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>`,
    }),
  );
  expect(pages).toEqual(['Due\t2024-01-31\t2024-01-31 18:00\t19.00%\t36:00\t19.99\t1.5', '7']);
});

test('PPTX: a page a slide', async () => {
  const slide = (text: string): string =>
    `<p:sld ${SLIDE}><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>`;
  const presentation = `<p:presentation ${SLIDE} ${REL}><p:sldIdLst><p:sldId id="256" r:id="r1"/><p:sldId id="257" r:id="r2"/></p:sldIdLst></p:presentation>`;
  const relations = ['r1', 'r2'].map(
    (id, index) =>
      `<Relationship Id="${id}" Type="${RELATION}/slide" Target="slides/slide${index + 1}.xml"/>`,
  );
  const parts = {
    'ppt/presentation.xml': presentation,
    'ppt/_rels/presentation.xml.rels': `<Relationships ${RELATIONS}>${relations.join('')}</Relationships>`,
    'ppt/slides/slide1.xml': slide('First'),
    'ppt/slides/slide2.xml': slide('Second'),
  };
  expect(await pagesOf('pptx', zip(parts))).toEqual(['First', 'Second']);
});

test('RTF: punctuation that is written as control words', async () => {
  const rtf = String.raw`{\rtf1\ansi A\emdash B\~C \endash  D\\emdash\par E\par}`;
  expect(await pagesOf('rtf', Buffer.from(rtf))).toEqual(['A—B\u00A0C – D\\emdash\nE']);
});

test.each(['docx', 'odt', 'xlsx'] as const)('%s: what is no ZIP file is corrupt', async (format) => {
  await expect(pagesOf(format, Buffer.from('no zip file'))).rejects.toMatchObject({
    code: 'corrupt',
    kind: 'permanent',
  });
});

test('XML that holds more elements than are allowed is refused', async () => {
  const body = `<w:document ${W}><w:body>${'<w:p/>'.repeat(2_100_000)}</w:body></w:document>`;
  await expect(pagesOf('docx', zip({ 'word/document.xml': body }))).rejects.toMatchObject({
    code: 'too-large-inside',
    kind: 'permanent',
  });
});
