import { assertPageCount, assertTextLength, cleanText } from '../../text.ts';
import type { ExtractedPages } from '../../text.ts';
import { openPackage, requirePart } from '../package.ts';
import type { XmlParts } from '../package.ts';
import { readMasters } from './masters.ts';
import { OdfContent } from './odf-content.ts';

export type OdfFormat = 'odt' | 'ods' | 'odp';

/** Objects inside of objects are read no deeper. */
const MAX_DEPTH = 3;

/**
 * An OpenDocument file's text: a page for every sheet or slide, otherwise one page; headers first,
 * embedded objects where they stand, then footers, notes and comments.
 *
 * Throws the permanent failures `corrupt`, `too-large-inside`, `too-many-pages` and `text-too-large`.
 */
export function extractOdf(file: Uint8Array, format: OdfFormat, maxPages: number): ExtractedPages {
  const parts = openPackage(file);
  requirePart(parts, 'content.xml');
  const content = readContent(parts, '', format, 0);
  const masters = readMasters(parts.xml('styles.xml'));
  assertPageCount(content.pages.length, maxPages);
  const pages = content.pages.map(({ name, master, text, asides }) => {
    const around = format === 'odp' ? masters.filter((each) => each.name === master) : masters;
    const headers = unique(around.map(({ header }) => header));
    const footers = unique(around.map(({ footer }) => footer));
    const title = format === 'ods' && !/^\p{L}+\d{1,2}$/u.test(name) ? [name] : [];
    const isEmpty = format === 'ods' && text.trim() === '';
    const printed = isEmpty ? [] : [...footers];
    const all = [...title, ...(isEmpty ? [] : headers), text, ...printed, ...asides];
    return cleanText(all.filter((each) => each.trim() !== '').join('\n'));
  });
  assertTextLength(pages.reduce((sum, page) => sum + page.length, 0));
  return { pages, warnings: [] };
}

function readContent(
  parts: XmlParts,
  folder: string,
  format: OdfFormat,
  depth: number,
): OdfContent {
  const object = (href: string): string => {
    const inside = `${folder}${href.replace(/^\.\//, '')}/`;
    if (depth >= MAX_DEPTH || parts.xml(`${inside}content.xml`) === '') return '';
    const { pages } = readContent(parts, inside, 'odt', depth + 1);
    return pages.map(({ text }) => text).join('\n');
  };
  return new OdfContent(parts.xml(`${folder}content.xml`), format, object);
}

const unique = (texts: string[]): string[] => [...new Set(texts)];
