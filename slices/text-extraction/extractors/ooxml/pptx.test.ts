import { expect, test } from 'vitest';
import { REL, relations, zip } from './ooxml.fixture.ts';
import { extractPptx } from './pptx.ts';

const SLIDE = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" ${REL}`;

const words = (text: string): string => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
const shape = (text: string, placeholder = ''): string =>
  `<p:sp><p:nvSpPr><p:nvPr>${placeholder}</p:nvPr></p:nvSpPr><p:txBody>${words(text)}</p:txBody></p:sp>`;
const slide = (shapes: string): string =>
  `<p:sld ${SLIDE}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`;

/** The slides' files are numbered from behind, so that their order comes from the presentation. */
function pagesOf(slides: string[], parts: Record<string, string> = {}, maxPages = 100): string[] {
  const files = slides.map((_, index) => `slides/slide${slides.length - index}.xml`);
  const ids = slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="r${index}"/>`);
  const targets = files.map((file, index) => [`r${index}`, ['slide', file]] as const);
  const pptx = zip({
    'ppt/presentation.xml': `<p:presentation ${SLIDE}><p:sldIdLst>${ids.join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(
      Object.fromEntries(targets.map(([id, target]) => [id, [...target]])),
    ),
    ...Object.fromEntries(slides.map((xml, index) => [`ppt/${files[index]}`, xml])),
    ...parts,
  });
  return extractPptx(pptx, maxPages).pages;
}

test('a page for every slide, in the order of the presentation, empty ones too', () => {
  expect(pagesOf([slide(shape('First')), slide(''), slide(shape('Third'))])).toEqual([
    'First',
    '',
    'Third',
  ]);
});

test('tables are lines, and shapes in groups are read', () => {
  const cells = `<a:tc><a:txBody>${words('Q1')}</a:txBody></a:tc><a:tc><a:txBody>${words('7')}</a:txBody></a:tc>`;
  const table = `<p:graphicFrame><a:tbl><a:tr>${cells}</a:tr></a:tbl></p:graphicFrame>`;
  const group = `<p:grpSp>${shape('one')}<p:grpSp>${shape('two')}</p:grpSp></p:grpSp>`;
  expect(pagesOf([slide(table + group)])).toEqual(['Q1\t7\none\ntwo']);
});

test('what layout and master show, then notes and comments; no words that only tell where to type', () => {
  const title = '<p:ph type="title"/>';
  const parts = {
    'ppt/slides/_rels/slide1.xml.rels': relations({
      l: ['slideLayout', '../slideLayouts/layout1.xml'],
      n: ['notesSlide', '../notesSlides/notes1.xml'],
      c: ['comments', '../comments/comment1.xml'],
    }),
    'ppt/slideLayouts/layout1.xml': slide(shape('Click to edit', title) + shape('Confidential')),
    'ppt/slideLayouts/_rels/layout1.xml.rels': relations({
      m: ['slideMaster', '../slideMasters/master1.xml'],
    }),
    'ppt/slideMasters/master1.xml': slide(shape('ACME') + shape('Click', title)),
    'ppt/notesSlides/notes1.xml': slide(
      shape('Say hello', '<p:ph type="body"/>') + shape('1', '<p:ph type="sldNum"/>'),
    ),
    'ppt/comments/comment1.xml': '<p:cmLst><p:cm><p:text>Why?</p:text></p:cm></p:cmLst>',
  };
  expect(pagesOf([slide(shape('Plan', title))], parts)).toEqual([
    'Plan\nACME\nConfidential\nSay hello\nWhy?',
  ]);
});

test('more slides than pages are allowed are refused', () => {
  expect(() => pagesOf([slide(''), slide('')], {}, 1)).toThrow(
    expect.objectContaining({ code: 'too-many-pages' }) as Error,
  );
});
