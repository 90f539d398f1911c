import { Flow } from '../flow.ts';
import { readXml } from '../package.ts';
import type { Attributes } from '../package.ts';

/** What is no part of the text: deleted with changes tracked, buttons, programs, marks of notes. */
const SILENT = new Set(
  'tracked-changes forms scripts event-listeners note-citation ruby-text variable-decls sequence-decls user-field-decls'.split(
    ' ',
  ),
);
const ASIDES = new Set(['note', 'annotation']);
const LABELS = new Set(['title', 'desc']);
const MAX_REPEATED = 16;

/** A sheet, a slide, or all of a text. */
interface OdfPage {
  /** Of a sheet. */
  name: string;
  /** The name of a slide's master. */
  master: string;
  text: string;
  /** Notes and comments. */
  asides: string[];
}

/** `content.xml` of an OpenDocument file (OASIS OpenDocument 1.3, part 3), read in one pass. */
export class OdfContent {
  readonly pages: OdfPage[] = [];
  readonly #pageTag: string | null;
  readonly #object: (href: string) => string;
  readonly #outer: Flow[] = [];
  #flow = new Flow();
  #page: OdfPage = { name: '', master: '', text: '', asides: [] };
  #silent = 0;
  #depth = 0;
  #label: string | null = null;
  #repeated = 1;

  /** `object` gives the text of an embedded object. */
  constructor(xml: string, format: 'odt' | 'ods' | 'odp', object: (href: string) => string) {
    this.#pageTag = { odt: null, ods: 'table', odp: 'page' }[format];
    this.#object = object;
    readXml(xml, {
      open: (name, attributes) => this.#open(name, attributes),
      close: (name) => this.#close(name),
      text: (data) => this.#text(data),
    });
    if (this.#pageTag === null) this.#endPage();
  }

  #open(name: string, attributes: Attributes): void {
    if (SILENT.has(name)) this.#silent += 1;
    if (this.#silent > 0) return;
    if (name === this.#pageTag) this.#startPage(attributes);
    if (name === 'p' || name === 'h') this.#flow.startParagraph();
    else if (name === 's') this.#flow.words(' '.repeat(Math.min(99, Number(attributes.c ?? 1))));
    else if (name === 'tab') this.#flow.words('\t');
    else if (name === 'line-break') this.#flow.words('\n');
    else if (name === 'table-row') this.#flow.startRow();
    else if (name === 'table-cell' || name === 'covered-table-cell') this.#startCell(attributes);
    else if (ASIDES.has(name)) this.#startAside();
    else if (LABELS.has(name)) this.#label = '';
    else if (name === 'object') this.#flow.block(this.#object(attributes.href ?? ''));
  }

  #startPage({ name = '', 'master-page-name': master = '' }: Attributes): void {
    this.#depth += 1;
    if (this.#depth === 1) this.#page = { name, master, text: '', asides: [] };
  }

  #startCell(attributes: Attributes): void {
    this.#repeated = Number(attributes['number-columns-repeated'] ?? 1);
    this.#flow.startCell();
  }

  #startAside(): void {
    this.#outer.push(this.#flow);
    this.#flow = new Flow();
  }

  #close(name: string): void {
    if (SILENT.has(name)) this.#silent -= 1;
    if (this.#silent > 0) return;
    if (name === 'p' || name === 'h') this.#flow.endParagraph();
    else if (name === 'table-row') this.#flow.endRow();
    else if (name === 'table-cell' || name === 'covered-table-cell') this.#endCell();
    else if (ASIDES.has(name)) this.#endAside();
    else if (LABELS.has(name)) this.#endLabel();
    if (name === this.#pageTag && (this.#depth -= 1) === 0) this.#endPage();
  }

  /** Equal neighbours are written once; a row of empty ones reaches to the end of the sheet. */
  #endCell(): void {
    this.#flow.endCell(Math.min(MAX_REPEATED, this.#repeated));
    this.#repeated = 1;
  }

  #endAside(): void {
    this.#page.asides.push(this.#flow.end());
    this.#flow = this.#outer.pop() ?? new Flow();
  }

  #endLabel(): void {
    this.#flow.block(this.#label ?? '');
    this.#label = null;
  }

  #endPage(): void {
    this.pages.push({ ...this.#page, text: this.#flow.end() });
    this.#flow = new Flow();
  }

  #text(data: string): void {
    if (this.#silent > 0) return;
    const words = data.replaceAll(/\s+/g, ' ');
    if (this.#label !== null) this.#label += words;
    else if (this.#flow.inParagraph) this.#flow.words(words);
  }
}
