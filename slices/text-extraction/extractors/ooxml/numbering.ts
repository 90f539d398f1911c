import { readXml } from '../package.ts';
import { formatNumber } from './number-format.ts';

/** Where a paragraph stands in a list; `numId` 0 takes it out of the list of its style. */
export interface ListPlace {
  numId: string;
  level: number;
}

/** Gives list paragraphs their labels, in the order of the text. */
export interface Numbering {
  /** The label of the next paragraph at this place; empty for bullets. */
  next(place: ListPlace): string;
  /** The place that a paragraph style stands for, its parents' included. */
  placeOfStyle(style: string): Partial<ListPlace>;
}

interface Level {
  start: number;
  format: string;
  text: string;
  /** The levels that restart it, up to this one, counted from 1; 0: none. */
  restart: number | null;
  legal: boolean;
}

interface List {
  abstract: string;
  levels: Map<number, Level>;
  startOverrides: Map<number, number>;
}

const LEVELS = 9;

/** Reads `numbering.xml` and `styles.xml` (ECMA-376 part 1, 17.9). */
export function readNumbering(numberingXml: string, stylesXml: string): Numbering {
  const lists = readLists(numberingXml);
  const styles = readStyles(stylesXml);
  /** Lists made of the same definition count on together. */
  const counters = new Map<string, (number | undefined)[]>();
  const begun = new Set<string>();

  function next({ numId, level }: ListPlace): string {
    const list = lists.get(numId);
    const own = list?.levels.get(level);
    if (list === undefined || own === undefined) return '';
    const counts = counters.get(list.abstract) ?? [];
    counters.set(list.abstract, counts);
    if (!begun.has(numId)) for (const [each] of list.startOverrides) counts[each] = undefined;
    begun.add(numId);
    advance(list, counts, level);
    return own.format === 'bullet' ? '' : labelOf(list, counts, own);
  }

  function placeOfStyle(style: string): Partial<ListPlace> {
    const seen = new Set<string>();
    const place: Partial<ListPlace> = {};
    for (let name: string | undefined = style; name !== undefined && !seen.has(name);) {
      seen.add(name);
      const found: Style | undefined = styles.get(name);
      const { numId, level } = found?.place ?? {};
      if (numId !== undefined) place.numId ??= numId;
      if (level !== undefined) place.level ??= level;
      name = found?.basedOn;
    }
    return place;
  }

  return { next, placeOfStyle };
}

function advance(list: List, counts: (number | undefined)[], level: number): void {
  const startOf = (each: number): number =>
    list.startOverrides.get(each) ?? list.levels.get(each)?.start ?? 1;
  for (let above = 0; above < level; above += 1) counts[above] ??= startOf(above);
  const count = counts[level];
  counts[level] = count === undefined ? startOf(level) : count + 1;
  for (let below = level + 1; below < LEVELS; below += 1) {
    const restart = list.levels.get(below)?.restart ?? below;
    if (level < restart) counts[below] = undefined;
  }
}

function labelOf(list: List, counts: (number | undefined)[], own: Level): string {
  return own.text.replaceAll(/%([1-9])/g, (_, digit: string) => {
    const level = Number(digit) - 1;
    const format = own.legal ? 'decimal' : (list.levels.get(level)?.format ?? 'decimal');
    return formatNumber(counts[level] ?? list.levels.get(level)?.start ?? 1, format);
  });
}

function readLists(xml: string): Map<string, List> {
  const abstracts = new Map<string, { levels: Map<number, Level>; link: string; styled: string }>();
  const lists = new Map<string, List>();
  let levels = new Map<number, Level>();
  let level: Level | undefined;
  let abstract: { levels: Map<number, Level>; link: string; styled: string } | undefined;
  let list: List | undefined;
  let overridden = 0;
  let fallback = 0;
  readXml(xml, {
    open(name, attributes) {
      const val = attributes.val ?? '';
      if (name === 'Fallback') fallback += 1;
      if (fallback > 0) return;
      if (name === 'abstractNum') {
        levels = new Map();
        abstract = { levels, link: '', styled: '' };
        abstracts.set(attributes.abstractNumId ?? '', abstract);
      } else if (name === 'numStyleLink' && abstract) abstract.link = val;
      else if (name === 'styleLink' && abstract) abstract.styled = val;
      else if (name === 'num') {
        list = { abstract: '', levels: new Map(), startOverrides: new Map() };
        lists.set(attributes.numId ?? '', list);
        levels = list.levels;
      } else if (name === 'abstractNumId' && list) list.abstract = val;
      else if (name === 'lvlOverride') overridden = Number(attributes.ilvl);
      else if (name === 'startOverride') list?.startOverrides.set(overridden, Number(val));
      else if (name === 'lvl') {
        level = { start: 0, format: 'decimal', text: '', restart: null, legal: false };
        levels.set(Number(attributes.ilvl), level);
      } else if (level !== undefined) readLevel(level, name, val);
    },
    close(name) {
      if (name === 'Fallback') fallback -= 1;
      if (name === 'lvl') level = undefined;
      if (name === 'abstractNum') abstract = undefined;
    },
  });
  for (const each of lists.values()) {
    const defined = abstracts.get(each.abstract);
    // A definition may stand for another one, by the name of a style.
    const linked = defined?.link
      ? [...abstracts.values()].find(({ styled }) => styled === defined.link)
      : undefined;
    each.levels = new Map([...((linked ?? defined)?.levels ?? []), ...each.levels]);
  }
  return lists;
}

function readLevel(level: Level, name: string, val: string): void {
  if (name === 'start') level.start = Number(val);
  else if (name === 'numFmt') level.format = val;
  else if (name === 'lvlText') level.text = val;
  else if (name === 'lvlRestart') level.restart = Number(val);
  else if (name === 'isLgl') level.legal = val !== '0' && val !== 'false';
}

interface Style {
  basedOn?: string;
  place: Partial<ListPlace>;
}

function readStyles(xml: string): Map<string, Style> {
  const styles = new Map<string, Style>();
  let style: Style | undefined;
  readXml(xml, {
    open(name, { styleId = '', type, val = '' }) {
      if (name === 'style') {
        style = { place: {} };
        if (type === 'paragraph') styles.set(styleId, style);
      } else if (name === 'basedOn' && style) style.basedOn = val;
      else if (name === 'numId' && style) style.place.numId = val;
      else if (name === 'ilvl' && style) style.place.level = Number(val);
    },
    close: (name) => name === 'style' && (style = undefined),
  });
  return styles;
}
