import { expect, test } from 'vitest';
import { REL, relations, zip } from './ooxml.fixture.ts';
import { extractXlsx } from './xlsx.ts';

const SHEET = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ${REL}`;

/** Two sheets; the files are numbered the other way round, so that the order is the workbook's. */
const WORKBOOK = {
  'xl/workbook.xml': `<workbook ${SHEET}><sheets><sheet name="Sheet1" sheetId="1" r:id="r2"/><sheet name="Budget 2024" sheetId="2" r:id="r1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': relations({
    r1: ['worksheet', 'worksheets/sheet1.xml'],
    r2: ['worksheet', 'worksheets/sheet2.xml'],
    s: ['styles', 'styles.xml'],
    t: ['sharedStrings', 'sharedStrings.xml'],
  }),
};

function sheet(rows: string, more = ''): string {
  return `<worksheet ${SHEET}><sheetData>${rows}</sheetData>${more}</worksheet>`;
}

function pagesOf(first: string, parts: Record<string, string> = {}): string[] {
  const second = sheet('<row r="1"><c r="A1"><v>7</v></c></row>');
  const sheets = { 'xl/worksheets/sheet2.xml': first, 'xl/worksheets/sheet1.xml': second };
  return extractXlsx(zip({ ...WORKBOOK, ...sheets, ...parts }), 100).pages;
}

test('dates, times, shares and truths as the sheet shows them', () => {
  const cells = [
    '<c r="A1" t="inlineStr"><is><t>Due</t></is></c>',
    '<c r="B1" s="1"><v>45322</v></c>',
    '<c r="C1" s="2"><v>45322.75</v></c>',
    '<c r="D1" s="3"><v>0.19</v></c>',
    '<c r="E1" s="4"><v>1.5</v></c>',
    '<c r="F1"><v>19.989999999999998</v></c>',
    '<c r="G1" s="5"><v>1.5</v></c>',
    '<c r="H1" t="b"><v>1</v></c>',
    '<c r="I1" t="str"><f>A1&amp;"!"</f><v>Due!</v></c>',
  ];
  const formats = [
    '<numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy hh:mm"/>',
    '<numFmt numFmtId="165" formatCode="[h]:mm"/>',
    '<numFmt numFmtId="166" formatCode="&quot;day&quot; 0.00"/>',
  ];
  const styles = ['0', '14', '164', '10', '165', '166'].map((id) => `<xf numFmtId="${id}"/>`);
  const [page] = pagesOf(sheet(`<row r="1">${cells.join('')}</row>`), {
    'xl/styles.xml': `<styleSheet ${SHEET}><numFmts>${formats.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${styles.join('')}</cellXfs></styleSheet>`,
  });
  expect(page).toBe(
    'Due\t2024-01-31\t31.01.2024 18:00\t19.00%\t36:00\t19.99\tday 1.50\tTRUE\tDue!',
  );
});

test('a page a sheet in the order of the tabs, with its name where somebody gave it one', () => {
  expect(pagesOf(sheet('<row r="1"><c r="A1"><v>1</v></c></row>'))).toEqual([
    '1',
    'Budget 2024\n7',
  ]);
});

test('cells keep their column, rows that are left out are one empty line', () => {
  const rows =
    '<row r="1"><c r="B1"><v>1</v></c><c r="D1"><v>2</v></c></row><row r="9"><c r="A9"><v>3</v></c></row>';
  expect(pagesOf(sheet(rows))[0]).toBe('1\t\t2\n\n3');
});

test('shared strings whole, without how they are spoken', () => {
  const strings = `<sst ${SHEET}><si><r><t>To</t></r><r><t>tal</t></r></si><si><t>東京</t><rPh><t>トウキョウ</t></rPh></si></sst>`;
  const rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>';
  expect(pagesOf(sheet(rows), { 'xl/sharedStrings.xml': strings })[0]).toBe('Total\t東京');
});

test('what is printed around a sheet and what lies upon it is text', () => {
  const print =
    '<headerFooter><oddHeader>&amp;L&amp;"Arial"&amp;8ACME &lt;Ltd&gt;&amp;RPage &amp;P</oddHeader><oddFooter>&amp;CIBAN</oddFooter></headerFooter>';
  const parts = {
    'xl/worksheets/_rels/sheet2.xml.rels': relations({
      d: ['drawing', '../drawings/drawing1.xml'],
      c: ['comments', '../comments1.xml'],
    }),
    'xl/drawings/drawing1.xml':
      '<xdr:sp><xdr:txBody><a:p><a:r><a:t>boxed</a:t></a:r></a:p></xdr:txBody></xdr:sp>',
    'xl/comments1.xml': '<comments><comment><text><r><t>why?</t></r></text></comment></comments>',
  };
  const [page] = pagesOf(sheet('<row r="1"><c r="A1"><v>7</v></c></row>', print), parts);
  expect(page).toBe('ACME <Ltd>\tPage\n7\nIBAN\nboxed\nwhy?');
});
