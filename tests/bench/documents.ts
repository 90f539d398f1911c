import { mkdtemp, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename, join } from 'node:path';
import { setMaxListeners } from 'node:events';
import { loadConfig } from '../../shared/config.ts';
import { openDatabase } from '../../shared/database.ts';
import { documentStream, type NewEvent, type StoredEvent } from '../../shared/event.ts';
import { newId } from '../../shared/ids.ts';
import { createSignal } from '../../shared/signal.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import { createDoctrailContainer, type Cradle } from '../../slices/container.ts';
import { startDoctrail, type Doctrail } from '../../slices/doctrail.ts';
import { DocumentCompleted } from '../../slices/pipeline/events.ts';
import { DocumentReceived } from '../../slices/receive-document/events.ts';
import { StepGivenUp } from '../../slices/retry-policy/events.ts';
import { stepSlices } from '../../slices/slices.ts';
import { readCorpus, type CorpusEntry } from '../corpus/manifest.ts';
import { silent } from '../kernel.ts';
import { OURS, type Bench, type Sample } from './bench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT = 'the steps in a loop';
/** As many as Doctrail has on their way through its readers. */
const AT_ONCE = 8;
const MOST_OVERHEAD = 1.1;

export const documents: Bench = {
  about: 'real documents through the real steps, beside the same steps called in a loop',
  async open(workbench) {
    const good = readCorpus('good');
    if (good.length === 0) throw new Error('The corpus is absent: it belongs beside the project.');
    const wanted = workbench.count(good.length);
    // Of all kinds, however few.
    const entries = good.filter(
      (_, index) =>
        Math.floor((index * wanted) / good.length) !==
        Math.floor(((index - 1) * wanted) / good.length),
    );
    return [
      {
        name: `${entries.length} documents of the corpus`,
        unit: 'documents/s',
        contenders: [
          { name: OURS, run: () => throughDoctrail(workbench, entries) },
          { name: LIMIT, run: () => throughSteps(workbench, entries) },
        ],
        marks: [
          { figure: 'rate', beside: LIMIT, least: 1 / MOST_OVERHEAD },
          { figure: 'CPU seconds', beside: LIMIT, most: MOST_OVERHEAD },
        ],
      },
    ];
  },
};

async function configOf(workbench: Workbench) {
  return loadConfig({
    DATABASE_URL: await workbench.createDatabase(),
    SECRET_KEY: 'the secret key of a bench, long enough',
    DATA_DIR: await mkdtemp(join(workbench.folder, 'documents-')),
    PORT: '0',
    LOG_LEVEL: 'silent',
  });
}

async function throughDoctrail(
  workbench: Workbench,
  entries: readonly CorpusEntry[],
): Promise<Sample> {
  const doctrail = await startDoctrail(await configOf(workbench), { log: silent });
  try {
    const token = await doctrail.cradle.accounts.createToken({ name: 'bench', role: 'uploader' });
    return await timed(entries.length, async () => {
      const ended = untilEnded(doctrail, entries.length);
      await eachOf(entries, (entry) => upload(doctrail, token, entry));
      await ended;
    });
  } finally {
    await doctrail.stop();
  }
}

async function upload({ url }: Doctrail, token: string, { file }: CorpusEntry): Promise<void> {
  const body = new FormData();
  body.append('file', new Blob([await readFile(file)]), basename(file));
  const headers = { authorization: `Bearer ${token}` };
  const { status } = await fetch(`${url}/api/documents`, { method: 'POST', headers, body });
  if (status !== 202) throw new Error(`${file} was answered by ${status}.`);
}

/** Resolves when so many documents are completed or have failed for good. */
async function untilEnded({ cradle }: Doctrail, count: number): Promise<void> {
  const ended = createSignal();
  let left = count;
  cradle.runtime.bus.listen((events) => {
    left -= events.filter((event) => DocumentCompleted.is(event) || StepGivenUp.is(event)).length;
    if (left === 0) ended.wake();
  });
  await ended.wait(1_800_000);
}

/** What the product does with each document, without events, queue, read models and browsers. */
async function throughSteps(
  workbench: Workbench,
  entries: readonly CorpusEntry[],
): Promise<Sample> {
  const config = await configOf(workbench);
  const { databaseUrl } = config;
  const database = openDatabase(databaseUrl ?? '');
  const given = { config, log: silent, database, databaseUrl: databaseUrl ?? '', stepSlices };
  const { cradle } = createDoctrailContainer(given);
  const parts = { config, blobs: cradle.blobs, sandbox: cradle.sandbox, steps: cradle.steps };
  try {
    return await timed(entries.length, () => eachOf(entries, (entry) => runSteps(parts, entry)));
  } finally {
    await cradle.sandbox.close();
    await database.close();
  }
}

type Parts = Pick<Cradle, 'config' | 'blobs' | 'sandbox' | 'steps'>;

async function runSteps({ steps, ...parts }: Parts, { file }: CorpusEntry): Promise<void> {
  const { blobs } = parts;
  const document = newId();
  const { sha256, bytes } = await blobs.put(document, await readFile(file));
  const received = DocumentReceived({
    fileName: basename(file),
    claimedMediaType: 'application/octet-stream',
    bytes,
    sha256,
    source: null,
    label: null,
    plan: steps.map(({ slug }) => slug),
    duplicateOf: null,
  });
  const history = [stored(document, received, 1)];
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  try {
    for (const step of steps) {
      const context = { ...parts, document, history, signal, progress: () => undefined };
      const result = await step.run(context);
      const finished = step.events.Finished({ attempt: 1, ...result });
      history.push(stored(document, finished, history.length + 1));
    }
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
  }
}

const stored = (document: string, event: NewEvent, version: number): StoredEvent => ({
  ...event,
  id: newId(),
  data: event.data as Record<string, unknown>,
  position: version,
  stream: documentStream(document),
  version,
  metadata: { correlation: document, causation: null, actor: 'user:bench', command: 'bench' },
  storedAt: new Date(),
});

async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const line = async () => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
}

/** Counts the time of all processors, so that of the database and of parser processes too. */
async function timed(count: number, act: () => Promise<void>): Promise<Sample> {
  const before = cpuSeconds();
  const begun = performance.now();
  await act();
  const seconds = (performance.now() - begun) / 1_000;
  return { rate: count / seconds, others: { 'CPU seconds': cpuSeconds() - before } };
}

const cpuSeconds = () =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) /
  1_000;
