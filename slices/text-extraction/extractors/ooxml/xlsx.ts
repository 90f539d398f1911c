import { assertPageCount, assertTextLength, cleanText } from '../../text.ts';
import type { ExtractedPages } from '../../text.ts';
import { drawingText } from './drawing.ts';
import { readNumberFormats } from './number-formats.ts';
import { mainPart, openPackage, readXml, requirePart, targetsOf } from '../package.ts';
import type { OoxmlPackage } from '../package.ts';
import { relatedText } from './related.ts';
import { readSheet } from './sheet.ts';

/**
 * A workbook's text, a page for every sheet in the order of its tabs: rows as lines with tabs between
 * their cells, what is printed above and below, then text boxes, charts and comments.
 *
 * Throws the permanent failures `corrupt`, `too-large-inside`, `too-many-pages` and `text-too-large`.
 */
export function extractXlsx(file: Uint8Array, maxPages: number): ExtractedPages {
  const parts = openPackage(file);
  const main = mainPart(parts, 'xl/workbook.xml');
  requirePart(parts, main);
  const { sheets, uses1904 } = readWorkbook(parts, main);
  assertPageCount(sheets.length, maxPages);
  const [styles = ''] = targetsOf(parts.relations(main), 'styles').map(parts.xml);
  const strings = targetsOf(parts.relations(main), 'sharedStrings').map(parts.xml);
  const shared = strings.flatMap(sharedStrings);
  const show = readNumberFormats(styles, uses1904);
  const pages = sheets.map(({ name, path }) => {
    const { header, rows, footer } = readSheet(parts.xml(path), shared, show);
    const title = IS_DEFAULT_NAME.test(name) ? '' : name;
    const all = [title, header, rows, footer, ...besideOf(parts, path)];
    return cleanText(all.filter((each) => each.trim() !== '').join('\n')).trim();
  });
  assertTextLength(pages.reduce((sum, page) => sum + page.length, 0));
  return { pages, warnings: [] };
}

/** What programs of every language call a sheet that nobody named: `Sheet1`, `Tabelle2`. */
const IS_DEFAULT_NAME = /^\p{L}+\d{1,2}$/u;

function readWorkbook(parts: OoxmlPackage, main: string) {
  const relations = parts.relations(main);
  const sheets: { name: string; path: string }[] = [];
  let uses1904 = false;
  readXml(parts.xml(main), {
    open(tag, { name = '', date1904 }, { 'r:id': id }) {
      if (tag === 'workbookPr') uses1904 = date1904 === '1' || date1904 === 'true';
      const sheet = tag === 'sheet' ? relations.get(id ?? '') : undefined;
      if (sheet) sheets.push({ name, path: sheet.target });
    },
  });
  return { sheets, uses1904 };
}

/** Each string whole, whatever its formatting; how it is spoken (ruby) is left out. */
function sharedStrings(xml: string): string[] {
  const strings: string[] = [];
  let inText = false;
  let spoken = 0;
  readXml(xml, {
    open(name) {
      if (name === 'si') strings.push('');
      if (name === 'rPh') spoken += 1;
      inText = name === 't' && spoken === 0;
    },
    close(name) {
      if (name === 'rPh') spoken -= 1;
      inText = false;
    },
    text(data) {
      if (inText) strings.push((strings.pop() ?? '') + data);
    },
  });
  return strings;
}

/** Text boxes and charts, then comments: whatever lies upon a sheet. */
function besideOf(parts: OoxmlPackage, path: string): string[] {
  const relations = parts.relations(path);
  const drawings = targetsOf(relations, 'drawing').map((drawing) => {
    const own = parts.relations(drawing);
    const related = (id: string): string => relatedText(parts, own.get(id));
    return drawingText(parts.xml(drawing), { related });
  });
  const comments = targetsOf(relations, 'comments').map((each) => commentText(parts.xml(each)));
  return [...drawings, ...comments];
}

function commentText(xml: string): string {
  const comments: string[] = [];
  let inText = false;
  readXml(xml, {
    open(name) {
      if (name === 'comment') comments.push('');
      inText = name === 't';
    },
    close: () => (inText = false),
    text(data) {
      if (inText) comments.push((comments.pop() ?? '') + data);
    },
  });
  return comments.join('\n');
}
