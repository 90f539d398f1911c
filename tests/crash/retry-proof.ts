import assert from 'node:assert/strict';
import type { Deed } from '../faults/fault.ts';
import { nameOf } from '../faults/fault.ts';
import { proveDocuments } from './acknowledged.ts';
import type { Client, HistoryEvent } from './client.ts';
import { readInterruptions } from './kill-proof.ts';
import type { Moments } from './kill-moments.ts';
import { waitForEnds, withLives } from './lives.ts';
import { createRandom, newSeed, type Random } from './random.ts';
import { proveReadModels } from './read-models.ts';
import { flawsOfRetries, RETRIES, startOf } from './retry-history.ts';
import { smallFile, type SmallFile } from './small-files.ts';
import { makeUploads } from './uploader.ts';

export interface RetryFigures {
  seed: number;
  kills: number;
  completed: number;
  givenUp: number;
  events: number;
  failures: number;
  retries: number;
  /** Decisions that a process made on failures of one that was killed before it decided. */
  decidedByAnother: number;
  /** Retries that began in another process than the one that scheduled them. */
  timersOverKills: number;
  interruptions: number;
  /** From its due time, or the start of the process where that was later, until a retry began. */
  slowestRetryMs: number;
  readModelRows: number;
  seconds: number;
}

const DELAY_MS = 300;
const environment = {
  RETRIES: String(RETRIES),
  RETRY_DELAY_MS: String(DELAY_MS),
  RETRY_MAX_DELAY_MS: '900',
};

const moments: Moments = [
  null,
  { type: '%Failed' },
  { type: '%Failed' },
  { type: '%Failed', attempt: 2 },
  { type: 'StepRetryScheduled' },
  { type: 'StepRetryScheduled', laterMs: DELAY_MS },
  { type: '%Started', attempt: 2 },
  { type: '%Started', attempt: 2, laterMs: 50 },
  { type: 'StepGivenUp' },
];

/**
 * Kills a server whose steps fail (kill -9) between failure, decision, timer and retry, starts it
 * again each time, and then looks whether every document ended as its faults say, with one decision
 * a failure and one start a retry.
 * @throws Error with the seed in its message
 */
export async function proveRetries(options: {
  kills: number;
  files: number;
  seed?: number;
}): Promise<RetryFigures> {
  const { kills, files, seed = newSeed() } = options;
  const random = createRandom(seed);
  const begun = performance.now();
  return withLives({ seed, entry: 'tests/faults/main.ts', environment }, async (lives) => {
    const uploads = makeUploads(files, random, faultyFile);
    const last = await lives.killWhileUploading(kills, uploads, random, moments);
    await waitForEnds(last);
    await proveDocuments(last.client, uploads, flawsOfRetries);
    const readModelRows = await proveReadModels(last.database, last.client);
    const { events, interruptions } = await readInterruptions(last.database, lives.starts);
    const figures = await readRetries(last.client, lives.starts);
    await lives.end(last);
    const seconds = Math.round((performance.now() - begun) / 1000);
    return { seed, kills, events, ...figures, interruptions, readModelRows, seconds };
  });
}

const steps = ['inspection', 'text-extraction', 'classification', 'publication'] as const;
const transient = ['fail-transient', 'kill', 'throw'] as const;
const permanent = ['fail-permanent', 'loop', 'throw-in-parser'] as const;

/** Most recover, some in two steps; some have more failures than retries; some fail for good. */
function faultyFile(number: number, random: Random): SmallFile {
  const { name, content } = smallFile(number, random);
  const faultOf = (does: Deed, times: number) => nameOf({ step: random.pick(steps), does, times });
  const recovers = () => faultOf(random.pick(transient), random.whole(1, RETRIES));
  const faults = random.pick([
    () => '',
    recovers,
    recovers,
    () => `${recovers()} ${recovers()}`,
    () => faultOf(random.pick(transient), RETRIES + 1),
    () => faultOf(random.pick(permanent), 1),
  ])();
  return { name: name.replace('.', ` ${faults}.`), content };
}

async function readRetries(client: Client, starts: readonly number[]) {
  const documents = await client.documents();
  const histories = await Promise.all(documents.map(({ id }) => client.history(id)));
  const ofType = (end: string) =>
    histories.flatMap((history) => history.filter(({ type }) => type.endsWith(end)));
  const retries = histories.flatMap((history) =>
    history
      .filter(({ type }) => type === 'StepRetryScheduled')
      .map((retry) => ({ history, retry })),
  );
  const decisions = [...retries.map(({ retry }) => retry), ...ofType('StepGivenUp')];
  const failures = ofType('Failed');
  const byId = new Map(failures.map((failed) => [failed.id, failed]));
  assert.equal(decisions.length, failures.length, 'Failures and decisions differ in number');
  const lifeOf = (at: number) => starts.findLast((start) => start <= at) ?? 0;
  const apart = (one: HistoryEvent | undefined, other: HistoryEvent | undefined) =>
    one && other && lifeOf(timeOf(one)) !== lifeOf(timeOf(other));
  const delays = retries.map(({ history, retry }) => {
    const began = timeOf(startOf(history, retry) ?? retry);
    return began - Math.max(Date.parse(String(retry.data['dueAt'])), lifeOf(began));
  });
  return {
    completed: documents.filter(({ status }) => status === 'completed').length,
    givenUp: documents.filter(({ status }) => status === 'failed').length,
    failures: failures.length,
    retries: retries.length,
    decidedByAnother: decisions.filter((decision) =>
      apart(decision, byId.get(decision.metadata.causation ?? '')),
    ).length,
    timersOverKills: retries.filter(({ history, retry }) => apart(retry, startOf(history, retry)))
      .length,
    slowestRetryMs: Math.max(0, ...delays),
  };
}

const timeOf = ({ storedAt }: HistoryEvent) => Date.parse(storedAt);
