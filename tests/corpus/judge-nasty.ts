import type { Check, Cost, Ended } from './outcome.ts';

/** What is allowed to one document. */
const MAX_SECONDS = 60;
const MAX_MEMORY_BYTES = 2 ** 30;
/** Two tools refuse these, as their number of pages is broken; their one page is whole, and pdfium reads it. */
const REPAIRED = /poppler-91414/;
/** A sentence for a clerk: begins with a capital, ends with a full stop, and shows no innards. */
const SENTENCE = /^\p{Lu}(?!.*(?:\bat \/|Error:|undefined|null|0x)).{15,}\.$/su;

/** What a poisonous document may do and what not, check by check. */
export function judgeNasty(ended: Ended, cost: Cost | null): Check[] {
  const { entry, document, refusal, text, warnings, ocrPages } = ended;
  const status = document?.status ?? 'refused';
  const error = document?.error ?? null;
  const characters = text.replaceAll(/\s/g, '').length;
  const found = `${status} ${error?.code ?? ''} "${error?.message ?? refusal}" ${characters} characters, ${ended.seconds.toFixed(1)} s`;
  const check = (expected: string, holds: boolean): Check => ({
    about: 'survival',
    expected: `${expected} (${entry.category}, ${entry.verdict})`,
    holds,
    found,
  });
  const silent = status === 'completed' && characters > 0;
  const mustFail = entry.verdict === 'must-fail-clearly' && !REPAIRED.test(entry.path);
  const mustFlag = /flag|low-confidence/.test(entry.verdict);
  const isDoubted = warnings.length > 0 || (entry.verdict === 'low-confidence' && ocrPages > 0);
  const checks = [
    check('an end', status === 'completed' || status === 'failed' || refusal.includes('"detail"')),
    check(
      'a code and a clear sentence',
      status !== 'failed' || SENTENCE.test(error?.message ?? ''),
    ),
    check(`at most ${MAX_SECONDS} s`, (document?.durationMs ?? 0) <= MAX_SECONDS * 1000),
    check('at most 1 GiB', (cost?.peakMemoryBytes ?? 0) <= MAX_MEMORY_BYTES),
    check('no text', !(mustFail && silent)),
    check('completed', entry.verdict !== 'should-succeed' || status === 'completed'),
    check('a warning', !mustFlag || !silent || isDoubted),
    check('no local file', !/root:.*:0:0:/.test(text)),
  ];
  // One check a document: the first that fails says what went wrong.
  return [checks.find(({ holds }) => !holds) ?? check('survives', true)];
}
