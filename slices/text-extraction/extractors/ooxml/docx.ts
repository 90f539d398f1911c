import { assertTextLength, cleanText } from '../../text.ts';
import type { ExtractedPages } from '../../text.ts';
import { DocxPart } from './docx-part.ts';
import { readNumbering } from './numbering.ts';
import { mainPart, openPackage, requirePart, targetsOf } from '../package.ts';
import { relatedText } from './related.ts';

/**
 * A Word document's text as one page: headers, the body with the labels of its lists, its text boxes,
 * charts and diagrams where they stand, footers, then notes and comments in the order of their
 * marks. What was deleted with changes tracked is left out.
 *
 * Throws the permanent failures `corrupt`, `too-large-inside` and `text-too-large`.
 */
export function extractDocx(file: Uint8Array): ExtractedPages {
  const parts = openPackage(file);
  const main = mainPart(parts, 'word/document.xml');
  requirePart(parts, main);
  const relations = parts.relations(main);
  const partsOf = (type: string): string[] => targetsOf(relations, type);
  const [styles = ''] = partsOf('styles').map(parts.xml);
  const [numbering = ''] = partsOf('numbering').map(parts.xml);
  const lists = readNumbering(numbering, styles);

  function read(path: string): DocxPart {
    const own = parts.relations(path);
    const related = (id: string): string => relatedText(parts, own.get(id));
    return new DocxPart(parts.xml(path), lists, related);
  }

  const around = (type: string): string[] => [
    ...new Set(partsOf(type).map((path) => cleanText(read(path).text))),
  ];
  const headers = around('header');
  const body = read(main);
  const asides = (['footnotes', 'endnotes', 'comments'] as const).flatMap((type) =>
    partsOf(type).flatMap((path) => {
      const part = read(path);
      return body.references[type].map((id) => part.asides.get(id) ?? '');
    }),
  );
  const text = [...headers, body.text, ...around('footer'), '', ...asides].join('\n');
  assertTextLength(text.length);
  return { pages: [cleanText(text)], warnings: [] };
}
