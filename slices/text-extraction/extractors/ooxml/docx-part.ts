import { Flow } from '../flow.ts';
import type { ListPlace, Numbering } from './numbering.ts';
import { readXml } from '../package.ts';
import type { Attributes } from '../package.ts';

/** Deleted or moved away with changes tracked; the older drawing of what a choice draws as well. */
const SILENT = new Set([
  'del',
  'moveFrom',
  'Fallback',
  'instrText',
  'delText',
  'rPrChange',
  'pPrChange',
]);
const CHARACTERS: Record<string, string> = {
  tab: '\t',
  ptab: '\t',
  br: '\n',
  cr: '\n',
  noBreakHyphen: '\u2011',
};

/** What stands aside of the text, and the marks in the text that refer to it, in their order. */
export interface References {
  footnotes: string[];
  endnotes: string[];
  comments: string[];
}

/** One part of a Word document (WordprocessingML, ECMA-376 part 1, 17), read in one pass. */
export class DocxPart {
  readonly text: string;
  readonly references: References = { footnotes: [], endnotes: [], comments: [] };
  /** In parts of notes and comments: each one's text, by its id. */
  readonly asides = new Map<string, string>();
  readonly #numbering: Numbering;
  readonly #related: (id: string) => string;
  #flow = new Flow();
  #silent = 0;
  #properties = 0;
  #inText = false;
  #aside = '';
  #place: Partial<ListPlace> = {};
  #style = '';
  #ruby = '';
  #inRubyText = false;

  /** `related` gives the text of what stands in another part. */
  constructor(xml: string, numbering: Numbering, related: (id: string) => string) {
    this.#numbering = numbering;
    this.#related = related;
    readXml(xml, {
      open: (name, attributes) => this.#open(name, attributes),
      close: (name) => this.#close(name),
      text: (data) => this.#text(data),
    });
    this.text = this.#flow.end();
  }

  #open(name: string, attributes: Attributes): void {
    if (SILENT.has(name)) this.#silent += 1;
    if (this.#silent > 0) return;
    if (name === 'pPr') this.#startProperties();
    else if (this.#properties > 0) this.#property(name, attributes);
    else this.#content(name, attributes);
  }

  #startProperties(): void {
    this.#properties += 1;
    this.#place = {};
    this.#style = '';
  }

  #property(name: string, { val = '' }: Attributes): void {
    if (name === 'pStyle') this.#style = val;
    else if (name === 'ilvl') this.#place.level = Number(val);
    else if (name === 'numId') this.#place.numId = val;
  }

  #content(name: string, attributes: Attributes): void {
    const { id = '', dm, string } = attributes;
    if (name === 'p') this.#flow.startParagraph();
    else if (name === 'tr') this.#flow.startRow();
    else if (name === 'tc') this.#flow.startCell();
    else if (name === 't') this.#inText = true;
    else if (name === 'rt') this.#inRubyText = true;
    else if (name === 'sym') this.#words(symbol(attributes.char));
    else if (name === 'textpath') this.#flow.block(string ?? '');
    else if (name === 'chart' || name === 'altChunk') this.#flow.block(this.#related(id));
    else if (name === 'relIds') this.#flow.block(this.#related(dm ?? ''));
    else if (name === 'footnote' || name === 'endnote' || name === 'comment') this.#startAside(id);
    else if (name === 'footnoteReference') this.references.footnotes.push(id);
    else if (name === 'endnoteReference') this.references.endnotes.push(id);
    else if (name === 'commentReference') this.references.comments.push(id);
    else if (name in CHARACTERS) this.#words(CHARACTERS[name] ?? '');
  }

  #close(name: string): void {
    if (SILENT.has(name)) this.#silent -= 1;
    if (this.#silent > 0) return;
    if (name === 'pPr') this.#endProperties();
    else if (this.#properties > 0) return;
    else if (name === 'p') this.#flow.endParagraph();
    else if (name === 'tc') this.#flow.endCell();
    else if (name === 'tr') this.#flow.endRow();
    else if (name === 't') this.#inText = false;
    else if (name === 'rt') this.#inRubyText = false;
    else if (name === 'ruby') this.#endRuby();
    else if (name === 'footnote' || name === 'endnote' || name === 'comment') this.#endAside();
  }

  #endProperties(): void {
    this.#properties -= 1;
    const { numId, level = 0 } = { ...this.#numbering.placeOfStyle(this.#style), ...this.#place };
    const label = numId === undefined ? '' : this.#numbering.next({ numId, level });
    if (label.trim() !== '') this.#flow.label(label);
  }

  #startAside(id: string): void {
    this.#aside = id;
    this.#flow = new Flow();
  }

  #endAside(): void {
    this.asides.set(this.#aside, this.#flow.end());
    this.#flow = new Flow();
  }

  #text(data: string): void {
    if (this.#inText && this.#silent === 0) this.#words(data);
  }

  /** How a word is spoken stands before it in the file, and behind it in the text. */
  #words(data: string): void {
    if (this.#inRubyText) this.#ruby += data;
    else this.#flow.words(data);
  }

  #endRuby(): void {
    if (this.#ruby !== '') this.#flow.words(`(${this.#ruby})`);
    this.#ruby = '';
  }
}

/** A character of a symbol font has no meaning outside of it. */
function symbol(code = ''): string {
  const point = Number.parseInt(code, 16);
  return point > 0x1f && (point < 0xe000 || point > 0xf8ff) && point < 0x110000
    ? String.fromCodePoint(point)
    : '';
}
