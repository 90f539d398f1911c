/** From the bench to the server: how many rows to tell. */
export interface Order {
  rows: number;
}

/** From the server to the bench, when it listens and when all is written. */
export interface Told {
  port: number;
  /** Bytes of memory it takes. */
  rss: number;
}

/** Stands at the end of the last row. */
export const END = 'the-end';

/** A row of 400 bytes on one line. */
export function rowOf(number: number, last: boolean): string {
  const text = `<tr id="document-${number}"><td>${'x'.repeat(340)}`;
  return `${text.padEnd(380, 'x')}${last ? END : '.......'}</td></tr>`;
}

/** So many rows change at a time. */
export const AT_ONCE = 8;
