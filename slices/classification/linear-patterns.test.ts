import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMATS } from '../text-extraction/format.contract.ts';
import { classify } from './classify.ts';
import { readSpecimens } from './specimens/specimens.fixture.ts';

// Every pattern that meets a document's text is collected while documents of every sort are
// classified, then given long texts made to defeat it: two pieces in turn, and an end that nothing
// expects. What takes more than linear time takes a hundred times longer than what does not.

const LENGTH = 20_000;
/** A linear pattern needs well under a millisecond. */
const SUSPECT_MS = 40;
const PIECES = [...'aA1 .,-/@:\t%€|#(_="<+*\'é'.split(''), 'der ', '1.', 'a@', ' a', '1 ', 'DE12'];
const SECONDS = ['', ' ', '1'];

const met = new Set<string>();
const collected = new Map<string, RegExp>();
const exec = Object.getOwnPropertyDescriptor(RegExp.prototype, 'exec');

beforeAll(() => {
  const original = exec?.value as typeof RegExp.prototype.exec;
  // oxlint-disable-next-line no-extend-native -- put back before the measuring starts
  Object.defineProperty(RegExp.prototype, 'exec', {
    ...exec,
    value(this: RegExp, text: string) {
      const key = `/${this.source}/${this.flags.replace('y', '')}`;
      if (!met.has(key)) {
        met.add(key);
        const own = !(new Error().stack ?? '')
          .split('\n')
          .slice(2, 6)
          .join()
          .includes('node_modules');
        if (own) collected.set(key, new RegExp(this.source, this.flags.replace('y', '')));
      }
      return original.call(this, text);
    },
  });
  const specimens = readSpecimens();
  for (const specimen of specimens) classify({ ...specimen, fileName: 'a.txt' });
  for (const { pages } of specimens.slice(0, 3)) {
    for (const format of FORMATS) classify({ pages, format, fileName: 'a.txt' });
  }
});
afterAll(() => restore());

function restore(): void {
  // oxlint-disable-next-line no-extend-native -- as it was
  if (exec) Object.defineProperty(RegExp.prototype, 'exec', exec);
}

describe('patterns that meet the text of documents', () => {
  it('take time in proportion to its length, whatever it says', { timeout: 120_000 }, () => {
    restore();
    const texts = PIECES.flatMap((one) => SECONDS.map((other) => attack(one + other)));
    const slow = [...collected].flatMap(([name, pattern]) => {
      const own = literalsOf(pattern.source).map(attack);
      const worst = [...texts, ...own].find((text) => isSlow(pattern, text));
      return worst === undefined ? [] : [`${name} on ${JSON.stringify(worst.slice(0, 12))}…`];
    });
    expect(collected.size).toBeGreaterThan(100);
    expect(isSlow(/\.+$/, attack('.')), 'a slow pattern is told').toBe(true);
    expect(slow, slow.join('\n')).toEqual([]);
  });
});

function attack(piece: string): string {
  return `${piece.repeat(Math.ceil(LENGTH / piece.length))}\u0001`;
}

/** The words in a pattern, which are what it waits for. */
function literalsOf(source: string): string[] {
  return source.match(/[\p{L}€.,-]{2,12}/gu) ?? [];
}

/** Of three runs all must be slow: another process or the garbage collector may hold up one. */
function isSlow(pattern: RegExp, text: string): boolean {
  for (let run = 0; run < 3; run++) {
    const start = process.threadCpuUsage();
    pattern.lastIndex = 0;
    if (pattern.global) text.replace(pattern, '');
    else pattern.exec(text);
    const { user, system } = process.threadCpuUsage(start);
    if ((user + system) / 1000 < SUSPECT_MS) return false;
  }
  return true;
}
