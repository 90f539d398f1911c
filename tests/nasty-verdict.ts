import { containsText, type CorpusEntry } from './corpus.ts';
import type { Client, ListedDocument } from './crash/client.ts';

/** How one file ended. */
export interface NastyOutcome {
  path: string;
  /** `completed`, `failed` or `refused` (at the upload). */
  status: string;
  code: string | null;
  /** Characters that are no white space; 0 where there is no text. */
  characters: number;
  seconds: number;
}

/** A file that was handed over, and what it was answered. */
export interface Handed {
  entry: CorpusEntry;
  isGood: boolean;
  /** null when it was refused. */
  id: string | null;
  refusal: string;
}

/** Two tools refuse these, as their number of pages is broken; their one page is whole, and pdfium reads it. */
const REPAIRED = /poppler-91414/;

/** How a file ended, and what of that should not be, a sentence each. */
export async function judge(
  client: Client,
  { entry, isGood, id, refusal }: Handed,
  documents: ReadonlyMap<string, ListedDocument>,
) {
  const document = documents.get(id ?? '');
  const text = (id !== null && (await client.text(id))) || '';
  const outcome: NastyOutcome = {
    path: entry.path,
    status: document?.status ?? 'refused',
    code: document?.error?.code ?? null,
    characters: text.replaceAll(/\s/g, '').length,
    seconds: Math.round((document?.durationMs ?? 0) / 100) / 10,
  };
  const misses: string[] = [];
  const miss = (what: string) =>
    misses.push(
      `${entry.path} (${entry.category}, ${entry.verdict}): ${what}, ${JSON.stringify(outcome)}`,
    );
  if (id === null && !refusal.includes('"detail"')) miss('refused without a reason');
  if (outcome.status === 'failed' && !(outcome.code && document?.error?.message))
    miss('failed without a code or a message');
  if (isGood) {
    const missing = entry.expectedContains.filter((expected) => !containsText(text, expected));
    if (outcome.status !== 'completed') miss('a good document did not complete');
    else if (missing.length > 0) miss(`a good document lacks ${missing.join(', ')}`);
  }
  const mustFail = entry.verdict === 'must-fail-clearly' && !REPAIRED.test(entry.path);
  if (mustFail && outcome.status === 'completed' && outcome.characters > 0)
    miss('completed with text');
  if (entry.verdict === 'should-succeed' && outcome.status !== 'completed') miss('did not succeed');
  if (entry.verdict === 'must-not-leak' && /root:.*:0:0:/.test(text)) miss('leaks a local file');
  return { isGood, outcome, misses };
}
