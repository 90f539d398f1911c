import { describe, expect, test } from 'vitest';
import { extractDocx } from './docx.ts';
import { REL, relations, zip } from './ooxml.fixture.ts';

const W = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ${REL}`;

const run = (text: string): string => `<w:r><w:t>${text}</w:t></w:r>`;
const p = (content: string): string => `<w:p>${content}</w:p>`;
const cell = (content: string): string => `<w:tc>${content}</w:tc>`;
const document = (body: string): string => `<w:document ${W}><w:body>${body}</w:body></w:document>`;

function textOf(body: string, parts: Record<string, string> = {}): string {
  const [page = ''] = extractDocx(zip({ 'word/document.xml': document(body), ...parts })).pages;
  return page;
}

test('paragraphs and rows of tables are lines, with tabs between the cells', () => {
  const row = `<w:tr>${cell(p(run('Item')) + p(run('two lines')))}${cell(p(run('12')))}</w:tr>`;
  const table = `<w:tbl>${row}<w:tr>${cell(p(run('Sum')))}${cell(p(run('24')))}</w:tr></w:tbl>`;
  const inner = cell(`<w:tbl><w:tr>${cell(p(run('a')))}${cell(p(run('b')))}</w:tr></w:tbl>`);
  const nested = `<w:tbl><w:tr>${inner}${cell(p(run('c')))}</w:tr></w:tbl>`;
  const text = textOf(p(run('Invoice')) + table + nested + p(run('Thanks')));
  expect(text).toBe('Invoice\nItem two lines\t12\nSum\t24\na\tb\tc\nThanks');
});

test('tabs, line breaks and hyphens are text; tab stops are not', () => {
  const tabStops = '<w:pPr><w:tabs><w:tab w:val="left" w:pos="9"/></w:tabs></w:pPr>';
  const runs = '<w:r><w:t>A</w:t><w:tab/><w:t>B</w:t><w:br/><w:t>C</w:t><w:noBreakHyphen/></w:r>';
  expect(textOf(p(tabStops + runs))).toBe('A\tB\nC\u2011');
});

test('what was deleted or moved away with changes tracked is left out, what was added is not', () => {
  const deleted = '<w:del><w:r><w:delText>old</w:delText></w:r></w:del>';
  const moved = `<w:moveFrom>${run('gone')}</w:moveFrom>`;
  expect(textOf(p(`${deleted}${moved}<w:ins>${run('new')}</w:ins>`))).toBe('new');
});

test('a text box follows its paragraph, once although it is drawn in two ways', () => {
  const box = `<w:txbxContent>${p(run('boxed'))}</w:txbxContent>`;
  const choice = `<mc:AlternateContent><mc:Choice>${box}</mc:Choice><mc:Fallback>${box}</mc:Fallback></mc:AlternateContent>`;
  expect(textOf(p(`${run('be')}<w:r>${choice}</w:r>${run('fore')}`))).toBe('before\nboxed');
});

test('field codes are not shown, their results are; ruby text follows its base', () => {
  const field = `<w:r><w:instrText>INCLUDETEXT "http://example.com"</w:instrText></w:r>${run('result ')}`;
  const ruby = `<w:r><w:ruby><w:rt>${run('とう')}</w:rt><w:rubyBase>${run('東')}</w:rubyBase></w:ruby></w:r>`;
  expect(textOf(p(field + ruby))).toBe('result 東(とう)');
});

test('headers first, footers, then notes and comments in the order of their marks', () => {
  const marks = '<w:r><w:footnoteReference w:id="3"/><w:footnoteReference w:id="2"/></w:r>';
  const note = (id: number, text: string) =>
    `<w:footnote w:id="${id}">${p(run(text))}</w:footnote>`;
  const parts = {
    'word/_rels/document.xml.rels': relations({
      h: ['header', 'header1.xml'],
      f: ['footer', '/word/footer1.xml'],
      n: ['footnotes', 'footnotes.xml'],
      c: ['comments', 'comments.xml'],
    }),
    'word/header1.xml': `<w:hdr ${W}>${p(run('ACME'))}</w:hdr>`,
    'word/footer1.xml': `<w:ftr ${W}>${p(run('IBAN'))}</w:ftr>`,
    'word/footnotes.xml': `<w:footnotes ${W}>${note(1, 'line')}${note(2, 'two')}${note(3, 'three')}</w:footnotes>`,
    'word/comments.xml': `<w:comments ${W}><w:comment w:id="0">${p(run('why?'))}</w:comment></w:comments>`,
  };
  const text = textOf(p(`${run('Body')}${marks}<w:r><w:commentReference w:id="0"/></w:r>`), parts);
  expect(text).toBe('ACME\nBody\nIBAN\n\nthree\ntwo\nwhy?');
});

test('charts, diagrams and embedded web pages stand where they are referred to', () => {
  const parts = {
    'word/_rels/document.xml.rels': relations({
      c: ['chart', 'charts/chart1.xml'],
      d: ['diagramData', 'diagrams/data1.xml'],
      a: ['aFChunk', 'chunk.html'],
    }),
    'word/charts/chart1.xml':
      '<c:chart><c:title><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:title><c:ser><c:tx><c:v>2024</c:v></c:tx><c:cat><c:v>May</c:v></c:cat><c:val><c:v>7</c:v></c:val></c:ser></c:chart>',
    'word/diagrams/data1.xml': '<dgm:pt><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:pt>',
    'word/chunk.html': '<p>Web <b>page</b></p>',
  };
  const body = `${p('<w:r><c:chart r:id="c"/></w:r>')}${p('<w:r><dgm:relIds r:dm="d"/></w:r>')}<w:altChunk r:id="a"/>`;
  const lines = textOf(body, parts)
    .split('\n')
    .filter((line) => line !== '');
  expect(lines).toEqual(['Sales', '2024\tMay\t7', 'Plan', 'Web page']);
});

describe('labels of lists', () => {
  const level = (ilvl: number, format: string, text: string, more = '') =>
    `<w:lvl w:ilvl="${ilvl}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/>${more}</w:lvl>`;
  const numbering = `<w:numbering ${W}>
    <w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '%1.%2)')}${level(2, 'upperRoman', '%3')}</w:abstractNum>
    <w:abstractNum w:abstractNumId="1">${level(0, 'bullet', '\uF0B7')}</w:abstractNum>
    <w:abstractNum w:abstractNumId="2">${level(0, 'upperRoman', '§ %1')}${level(1, 'decimal', '%1.%2', '<w:isLgl/>')}</w:abstractNum>
    <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
    <w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
    <w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
    <w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>
  </w:numbering>`;
  const styles = `<w:styles ${W}><w:style w:type="paragraph" w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="4"/></w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Clause"><w:basedOn w:val="Base"/></w:style></w:styles>`;
  const parts = {
    'word/_rels/document.xml.rels': relations({
      n: ['numbering', 'numbering.xml'],
      s: ['styles', 'styles.xml'],
    }),
    'word/numbering.xml': numbering,
    'word/styles.xml': styles,
  };
  const item = (numId: number, ilvl: number): string =>
    p(
      `<w:pPr><w:numPr><w:ilvl w:val="${ilvl}"/><w:numId w:val="${numId}"/></w:numPr></w:pPr>${run('x')}`,
    );
  const labelled = (...items: string[]): string[] => textOf(items.join(''), parts).split('\n');

  test('count on, and restart below a higher level', () => {
    const items = [item(1, 0), item(1, 1), item(1, 1), item(1, 0), item(1, 1), item(1, 2)];
    expect(labelled(...items)).toEqual(['1. x', '1.a) x', '1.b) x', '2. x', '2.a) x', 'I x']);
  });

  test('bullets have none; another list of the same kind may start elsewhere', () => {
    expect(labelled(item(1, 0), item(2, 0), item(3, 0), item(3, 0))).toEqual([
      '1. x',
      'x',
      '7. x',
      '8. x',
    ]);
  });

  test('a style may stand for a list, and legal numbers are digits', () => {
    const clause = p(`<w:pPr><w:pStyle w:val="Clause"/></w:pPr>${run('x')}`);
    expect(labelled(clause, clause, item(4, 1))).toEqual(['§ I x', '§ II x', '2.1 x']);
  });
});

test.each([
  ['no ZIP file', Buffer.from('no zip file')],
  ['without its main part', zip({ 'word/other.xml': '<x/>' })],
  ['cut off in the middle', zip({ 'word/document.xml': document(p('x')).slice(0, -20) })],
])('a document that is %s is corrupt', (_, bytes) => {
  expect(() => extractDocx(bytes)).toThrow(
    expect.objectContaining({ code: 'corrupt', kind: 'permanent' }) as Error,
  );
});

test('entities that the file declares itself are not expanded, and none is fetched', () => {
  const dtd = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>';
  const body = dtd + document(p(run('&a;&b;')));
  expect(extractDocx(zip({ 'word/document.xml': body })).pages).toEqual(['&a;&b;']);
});
