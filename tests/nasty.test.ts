import { describe, expect, test } from 'vitest';
import { corpusPresent, readCorpus, type CorpusEntry } from './corpus.ts';
import { goodBeside, proveNasty } from './nasty-proof.ts';

// All of them: npm run proof -- nasty

/** One of every kind of poison. */
function representatives(entries: readonly CorpusEntry[]): CorpusEntry[] {
  const kinds = Map.groupBy(entries, ({ category, verdict }) => `${category} ${verdict}`);
  return [...kinds.values()].flatMap((alike) => alike.slice(0, 1));
}

describe.runIf(corpusPresent)('the nasty corpus (skipped where it is absent)', () => {
  test('a poisonous document harms itself alone', async () => {
    const nasty = representatives(readCorpus('nasty')).filter(({ path }) => !SLOW.test(path));
    const { files, misses, completed, failed, refused } = await proveNasty(nasty, goodBeside());
    expect(misses).toEqual([]);
    expect(completed + failed + refused).toBe(files);
  }, 240_000);
});

/** Runs into the time limit of the parser, by design: left to the proof. */
const SLOW = /hugemono/;
