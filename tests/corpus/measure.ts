import type { Client } from '../crash/client.ts';
import type { ServerEnvironment } from '../crash/server-process.ts';
import { judgeGood } from './judge-good.ts';
import { judgeNasty } from './judge-nasty.ts';
import { readCorpus, type CorpusEntry } from './manifest.ts';
import type { Cost, Ended, Outcome } from './outcome.ts';
import { withOwnServer, type Memory } from './own-server.ts';
import { sendAll } from './send.ts';

/** What the corpus shows of a server; `misses` are those that no single document is to blame for. */
export interface Measured {
  outcomes: Outcome[];
  seconds: number;
  /** Before and after, of a server of our own. */
  memory: { before: Memory; after: Memory } | null;
  misses: string[];
}

interface How {
  atOnce: number;
  onOutcome?: (outcome: Outcome) => void;
}

const MiB = 2 ** 20;
/** What a busy process of Node may keep. */
const MEMORY_MAY_GROW_BYTES = 200 * MiB;

/** Sends the files to a server that runs already; what they take of it cannot be seen. */
export async function measureAt(
  client: Client,
  entries: readonly CorpusEntry[],
  how: How,
): Promise<Measured> {
  const begun = performance.now();
  const outcomes = await send(client, entries, how, () => null);
  return { outcomes, seconds: secondsSince(begun), memory: null, misses: [] };
}

/** Sends the files to a server of our own, which has to live on as it was before. */
export async function measureOwn(
  entries: readonly CorpusEntry[],
  settings: ServerEnvironment,
  how: How,
): Promise<Measured> {
  return withOwnServer(settings, async ({ client, costOf, memory, stop }) => {
    await sendAll(client, warmUp(), { atOnce: 2, onEnd: () => {} });
    const before = await memory();
    const begun = performance.now();
    const outcomes = await send(client, entries, how, costOf);
    const seconds = secondsSince(begun);
    const after = await memory();
    const grown = after.server > before.server + MEMORY_MAY_GROW_BYTES;
    const misses = [...(grown ? ['The server has grown.'] : []), ...(await stop())];
    return { outcomes, seconds, memory: { before, after }, misses };
  });
}

/** Small documents of several kinds, so that every parser is warm. */
function warmUp(): CorpusEntry[] {
  const good = readCorpus('good').filter(({ expectedContains }) => expectedContains.length > 0);
  const kinds = ['txt', 'html', 'eml', 'docx', 'invoice_pdf', 'xlsx', 'image_ocr'];
  return kinds.flatMap((kind) => good.find((entry) => entry.kind === kind) ?? []);
}

async function send(
  client: Client,
  entries: readonly CorpusEntry[],
  { atOnce, onOutcome = () => {} }: How,
  costOf: (document: string) => Cost | null,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const onEnd = (ended: Ended): void => {
    const cost = costOf(ended.document?.id ?? '');
    const judge = ended.entry.part === 'good' ? judgeGood : judgeNasty;
    const outcome = { ...ended, cost, checks: judge(ended, cost) };
    outcomes.push(outcome);
    onOutcome(outcome);
  };
  await sendAll(client, entries, { atOnce, onEnd });
  return outcomes;
}

const secondsSince = (begun: number): number => (performance.now() - begun) / 1000;
