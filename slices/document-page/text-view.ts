import { countText } from '../document-board/board-row.contract.ts';
import {
  createHighlighter,
  readSearch,
  snippetOf,
  stretchesOf,
  type Highlighter,
  type Stretch,
} from '../search/search.contract.ts';

/** A page of a text, or a piece of one that is very long. */
export interface Section {
  /** `Page 3`, `Page 3, continued`; null where the text has a single page. */
  title: string | null;
  text: string;
}

/** What is searched for in a text, as it was typed; `language` of the text, ISO 639-1. */
export interface TextSearch {
  q: string;
  language: string | null;
}

export interface SectionView {
  id: string;
  title: string | null;
  stretches: Stretch[];
}

/** A place where something was found, and where to read on. */
export interface PassageView {
  title: string | null;
  href: string;
  stretches: Stretch[];
}

/** The beginning of a text, as the page of its document shows it. */
export interface ExcerptView {
  sections: SectionView[];
  isWhole: boolean;
  size: string;
  href: string;
  q: string;
  passages: PassageView[];
}

/** The text on a page of its own, some sections at a time. */
export interface TextPageView {
  sections: SectionView[];
  q: string;
  found: string | null;
  previousHref: string | null;
  nextHref: string | null;
}

const EXCERPT_CHARACTERS = 20_000;
const SECTION_CHARACTERS = 50_000;
const TEXT_PAGE_CHARACTERS = 150_000;
const MOST_PASSAGES = 10;
/** Looked through for passages: a fifth of a second at the most. */
const SEARCHED_CHARACTERS = 1_000_000;

/** The pages of a text, which form feeds part; a very long one in pieces. */
export function sectionsOf(text: string): Section[] {
  const pages = text.split('\f');
  return pages.flatMap((page, index) => {
    const pieces = Math.max(1, Math.ceil(page.length / SECTION_CHARACTERS));
    return Array.from({ length: pieces }, (_, piece) => ({
      title: pages.length === 1 ? null : `Page ${index + 1}${piece === 0 ? '' : ', continued'}`,
      text: page.slice(piece * SECTION_CHARACTERS, (piece + 1) * SECTION_CHARACTERS),
    }));
  });
}

export function excerptView(id: string, text: string, search: TextSearch): ExcerptView {
  const highlight = highlighterOf(search);
  const sections = sectionsOf(text);
  const shown: SectionView[] = [];
  let left = EXCERPT_CHARACTERS;
  for (const [index, section] of sections.entries()) {
    if (left <= 0) break;
    shown.push(sectionView(index, { ...section, text: section.text.slice(0, left) }, highlight));
    left -= section.text.length;
  }
  return {
    sections: shown,
    isWhole: left >= 0 && shown.length === sections.length,
    size: countText(text.length, 'character'),
    href: textHref(id, search.q, 0),
    q: search.q,
    passages: search.q === '' ? [] : passagesOf(id, sections, search.q, highlight),
  };
}

/** @param from index of the first section to show; beyond the last one nothing is shown */
export function textPageView(
  id: string,
  text: string,
  search: TextSearch,
  from: number,
): TextPageView {
  const highlight = highlighterOf(search);
  const sections = sectionsOf(text);
  const shown: SectionView[] = [];
  let next = from;
  for (let left = TEXT_PAGE_CHARACTERS; left > 0 && next < sections.length; next += 1) {
    const section = sections[next];
    if (!section) break;
    shown.push(sectionView(next, section, highlight));
    left -= Math.max(1, section.text.length);
  }
  const marks = shown.flatMap(({ stretches }) => stretches).filter(({ mark }) => mark).length;
  const isWhole = from === 0 && next >= sections.length;
  return {
    sections: shown,
    q: search.q,
    found: search.q === '' ? null : `${countText(marks, 'place')} ${isWhole ? '' : 'here '}found`,
    previousHref: from === 0 ? null : textHref(id, search.q, earlierStart(sections, from)),
    nextHref: next < sections.length ? textHref(id, search.q, next) : null,
  };
}

function earlierStart(sections: readonly Section[], from: number): number {
  let start = Math.min(from, sections.length);
  for (let left = TEXT_PAGE_CHARACTERS; left > 0 && start > 0; start -= 1) {
    left -= Math.max(1, sections[start - 1]?.text.length ?? 1);
  }
  return start;
}

function passagesOf(
  id: string,
  sections: readonly Section[],
  q: string,
  highlight: Highlighter,
): PassageView[] {
  const passages: PassageView[] = [];
  let searched = 0;
  for (const [index, { title, text }] of sections.entries()) {
    if (passages.length === MOST_PASSAGES || searched > SEARCHED_CHARACTERS) break;
    searched += text.length;
    const stretches = snippetOf(text, highlight);
    if (stretches) {
      passages.push({ title, href: `${textHref(id, q, index)}#section-${index}`, stretches });
    }
  }
  return passages;
}

function sectionView(index: number, { title, text }: Section, highlight: Highlighter): SectionView {
  return { id: `section-${index}`, title, stretches: stretchesOf(text, [...highlight(text)]) };
}

function highlighterOf({ q, language }: TextSearch): Highlighter {
  return createHighlighter(readSearch(q), language);
}

function textHref(id: string, q: string, from: number): string {
  const query = new URLSearchParams();
  if (q !== '') query.set('q', q);
  if (from > 0) query.set('from', String(from));
  return `/documents/${id}/text${query.size === 0 ? '' : `?${query.toString()}`}`;
}
