import { expect, test } from 'vitest';
import { zip } from '../ooxml/ooxml.fixture.ts';
import { extractOdf } from './odf.ts';
import type { OdfFormat } from './odf.ts';

const content = (body: string): string =>
  `<office:document-content><office:body>${body}</office:body></office:document-content>`;
const p = (words: string): string => `<text:p>${words}</text:p>`;
const cell = (words: string, more = ''): string =>
  `<table:table-cell ${more}>${words === '' ? '' : p(words)}</table:table-cell>`;
const row = (...cells: string[]): string => `<table:table-row>${cells.join('')}</table:table-row>`;

function pagesOf(format: OdfFormat, body: string, parts: Record<string, string> = {}): string[] {
  return extractOdf(zip({ 'content.xml': content(body), ...parts }), format, 10).pages;
}

test('paragraphs, spaces, tabs and rows of tables', () => {
  const table = `<table:table>${row(cell('Item'), cell('12'))}</table:table>`;
  const body = p('A<text:s text:c="2"/>B<text:tab/>C<text:line-break/>D\n  E') + table;
  expect(pagesOf('odt', `<text:h>Invoice</text:h>${body}`)).toEqual([
    'Invoice\nA  B\tC\nD E\nItem\t12',
  ]);
});

test('footnotes and comments follow, text boxes stand behind their paragraph, deleted text is left out', () => {
  const deleted = `<text:tracked-changes><text:deletion>${p('old')}</text:deletion></text:tracked-changes>`;
  const note = `<text:note><text:note-citation>1</text:note-citation><text:note-body>${p('why')}</text:note-body></text:note>`;
  const comment = `<office:annotation><dc:creator>Eve</dc:creator>${p('hm')}</office:annotation>`;
  const box = `<draw:text-box>${p('boxed')}</draw:text-box>`;
  const body = deleted + p(`be${note}${comment}${box}fore`);
  expect(pagesOf('odt', body)).toEqual(['before\nboxed\nwhy\nhm']);
});

test('a page a sheet, with its name where somebody gave it one; cells keep their column', () => {
  const gap = cell('', 'table:number-columns-repeated="2"');
  const end = cell('', 'table:number-columns-repeated="16380"');
  const first = `<table:table table:name="Sheet1">${row(cell('a'), gap, cell('b'), end)}</table:table>`;
  const second = `<table:table table:name="Budget 2024">${row(cell('7'))}</table:table>`;
  expect(pagesOf('ods', first + second)).toEqual(['a\t\t\tb', 'Budget 2024\n7']);
});

test('a page a slide, with what its master shows and its notes', () => {
  const page = (name: string, words: string): string =>
    `<draw:page draw:master-page-name="${name}"><draw:frame>${p(words)}</draw:frame></draw:page>`;
  const frame = (words: string, more = ''): string =>
    `<draw:frame ${more}><draw:text-box>${p(words)}</draw:text-box></draw:frame>`;
  const masters = `<style:master-page style:name="A">${frame('ACME')}${frame('Click here', 'presentation:placeholder="true"')}</style:master-page>`;
  const notes = `<draw:page><presentation:notes>${p('Say hello')}</presentation:notes></draw:page>`;
  const pages = pagesOf('odp', page('A', 'Plan') + notes, { 'styles.xml': masters });
  expect(pages).toEqual(['Plan\nACME', 'Say hello']);
});

test('headers and footers, but not lines that only number the pages; embedded objects', () => {
  const number = p('Page <text:page-number>1</text:page-number>');
  const masters = `<style:master-page style:name="A"><style:header>${p('ACME')}</style:header><style:footer>${p('IBAN')}${number}</style:footer></style:master-page>`;
  const parts = { 'styles.xml': masters, 'Object 1/content.xml': content(p('Chart')) };
  const body = p('Body<draw:object xlink:href="./Object 1"/>');
  expect(pagesOf('odt', body, parts)).toEqual(['ACME\nBody\nChart\nIBAN']);
});

test('an object that holds itself comes to an end', () => {
  const body = p('x<draw:object xlink:href="./"/>');
  expect(pagesOf('odt', body)[0]).toMatch(/^x/);
});

test.each([
  ['no ZIP file', Buffer.from('no zip file')],
  ['cut off', zip({ 'content.xml': content(p('x')).slice(0, -9) })],
])('what is %s is corrupt', (_, bytes) => {
  expect(() => extractOdf(bytes, 'odt', 10)).toThrow(
    expect.objectContaining({ code: 'corrupt', kind: 'permanent' }) as Error,
  );
});
