import type { Line } from '../document-text.ts';

/** What every search for fields may look at. */
export interface Reading {
  lines: Line[];
  /** ISO 639-1 code, or null. */
  language: string | null;
  /** The mark before decimals that the document's amounts use. */
  decimal: '.' | ',';
  /** Numeric dates such as 03/04/2024: the order that the document's own evidence speaks for. */
  dateOrder: DateOrder;
}

/** `certain` is false where nothing in the document decides between the orders. */
export interface DateOrder {
  monthFirst: boolean;
  certain: boolean;
}

/** The words a value came from, on one line and short enough to show. */
export function sourceOf(...parts: string[]): string {
  return parts.join(' ').replaceAll(/\s+/g, ' ').trim().slice(0, 200);
}
