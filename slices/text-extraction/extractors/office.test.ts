import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extractOffice } from './office.ts';
import type { OfficeFormat } from './office.ts';
import { zip } from './ooxml/ooxml.fixture.ts';

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

const SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';

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

test.each(['odt', 'xlsx'] as const)('%s: what is no ZIP file is corrupt', async (format) => {
  await expect(pagesOf(format, Buffer.from('no zip file'))).rejects.toMatchObject({
    code: 'corrupt',
    kind: 'permanent',
  });
});
