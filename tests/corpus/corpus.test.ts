import { describe, expect, test } from 'vitest';
import { OCR_KINDS, corpusPresent, readCorpus, type CorpusEntry } from './manifest.ts';
import { measureOwn } from './measure.ts';
import { missesOf } from './report.ts';
import { interleave } from './selection.ts';

// All of it: npm run corpus

/** Of what needs OCR, which takes seconds a page, one of each difficulty. */
const OCR_SAMPLE = /rotated-R|testOCR\.png|multipage\.tif|blank|formxobject/;
/** Seventeen pages that look like pictures; a page that takes as long as is allowed, by design. */
const SLOW = /page_with_number|hugemono/;
/** Judged where the fields are found. */
const OTHERS = /: (invoice|not-invoice|field|mail), /;

/** What cannot be read, and why. */
const KNOWN_MISSES: Record<string, number> = {
  // Base64 of attachments.
  'eml/tika__testGroupWiseEml.eml': 3,
};

const good = representatives(
  readCorpus('good').filter(
    ({ kind, path }) => !SLOW.test(path) && (!OCR_KINDS.has(kind) || OCR_SAMPLE.test(path)),
  ),
  ({ kind }) => kind,
  4,
);
const nasty = representatives(
  readCorpus('nasty').filter(({ path }) => !SLOW.test(path)),
  ({ category, verdict }) => `${category} ${verdict}`,
  1,
);

/** The first of every kind. */
function representatives(
  entries: readonly CorpusEntry[],
  kindOf: (entry: CorpusEntry) => string,
  count: number,
): CorpusEntry[] {
  const kinds = Map.groupBy(entries, kindOf);
  return [...kinds.values()].flatMap((alike) => alike.slice(0, count));
}

describe.runIf(corpusPresent)('the corpus (skipped where it is absent)', () => {
  test('good documents are read, poisonous ones in between harm themselves alone', async () => {
    const measured = await measureOwn(interleave(good, nasty, 3), {}, { atOnce: 6 });
    const misses = missesOf(measured).filter((miss) => !OTHERS.test(miss));
    const known = Object.entries(KNOWN_MISSES).filter(([path]) =>
      good.some((entry) => entry.path === path),
    );
    const unknown = misses.filter((miss) => !known.some(([path]) => miss.includes(path)));
    expect(unknown).toEqual([]);
    for (const [path, count] of known)
      expect(
        misses.filter((miss) => miss.includes(path)),
        path,
      ).toHaveLength(count);
  }, 600_000);
});
