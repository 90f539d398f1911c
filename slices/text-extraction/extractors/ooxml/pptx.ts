import { assertPageCount, assertTextLength, cleanText } from '../../text.ts';
import type { ExtractedPages } from '../../text.ts';
import { drawingText } from './drawing.ts';
import { mainPart, openPackage, readXml, requirePart, targetsOf } from '../package.ts';
import type { OoxmlPackage } from '../package.ts';
import { relatedText } from './related.ts';

/**
 * A presentation's text, a page for every slide, empty ones included: its shapes, tables, charts and
 * diagrams, the words that its layout and master add, then its notes and comments.
 *
 * Throws the permanent failures `corrupt`, `too-large-inside`, `too-many-pages` and `text-too-large`.
 */
export function extractPptx(file: Uint8Array, maxPages: number): ExtractedPages {
  const parts = openPackage(file);
  const main = mainPart(parts, 'ppt/presentation.xml');
  requirePart(parts, main);
  const slides = slidesInOrder(parts, main);
  assertPageCount(slides.length, maxPages);
  const behind = new Map<string, string>();
  const pages = slides.map((path) => cleanText(slideText(parts, path, behind)));
  assertTextLength(pages.reduce((sum, page) => sum + page.length, 0));
  return { pages, warnings: [] };
}

function slidesInOrder(parts: OoxmlPackage, main: string): string[] {
  const relations = parts.relations(main);
  const slides: string[] = [];
  readXml(parts.xml(main), {
    open(name, _, { 'r:id': id = '' }) {
      const slide = name === 'sldId' ? relations.get(id) : undefined;
      if (slide) slides.push(slide.target);
    },
  });
  return slides;
}

/** `behind` remembers the words of layouts and masters, which many slides share. */
function slideText(parts: OoxmlPackage, path: string, behind: Map<string, string>): string {
  const relations = parts.relations(path);
  const of = (type: string): string[] => targetsOf(relations, type);
  const related = (id: string): string => relatedText(parts, relations.get(id));
  const own = drawingText(parts.xml(path), { related });
  const added = of('slideLayout').map((layout) => {
    const known = behind.get(layout) ?? backgroundText(parts, layout);
    behind.set(layout, known);
    return known;
  });
  const notes = of('notesSlide').map((notes) =>
    drawingText(parts.xml(notes), { wanted: (placeholder) => placeholder === 'body' }),
  );
  const comments = of('comments').map((comments) => commentText(parts.xml(comments)));
  return [own, ...added, ...notes, ...comments].join('\n');
}

/** What layout and master show on every slide: all but their placeholders, which only tell where to type. */
function backgroundText(parts: OoxmlPackage, layout: string): string {
  const masters = targetsOf(parts.relations(layout), 'slideMaster');
  return [...masters, layout]
    .map((path) => drawingText(parts.xml(path), { wanted: (placeholder) => placeholder === null }))
    .join('\n');
}

/** Comments are plain text in older files, drawings in newer ones. */
function commentText(xml: string): string {
  const comments: string[] = [];
  let inText = false;
  readXml(xml, {
    open(name) {
      inText = name === 'text' || name === 't';
      if (name === 'cm') comments.push('');
    },
    close: () => (inText = false),
    text(data) {
      if (inText) comments.push((comments.pop() ?? '') + data);
    },
  });
  return comments.join('\n');
}
