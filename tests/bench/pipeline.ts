import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../shared/config.ts';
import { documentStream } from '../../shared/event.ts';
import { newId } from '../../shared/ids.ts';
import { createSignal } from '../../shared/signal.ts';
import { stepEvents } from '../../shared/steps/step-events.ts';
import { defineStep, type Step } from '../../shared/steps/step.ts';
import type { StepSlice } from '../../shared/slice.ts';
import { boardProjection } from '../../slices/document-board/read-model.ts';
import { startDoctrail, type Doctrail } from '../../slices/doctrail.ts';
import { DocumentCompleted } from '../../slices/pipeline/events.ts';
import { DocumentReceived } from '../../slices/receive-document/events.ts';
import { openBoardStream } from '../crash/board-stream.ts';
import { level, silent } from '../kernel.ts';
import { OURS, type Bench, type Sample } from './bench.ts';
import { chainJobs } from './job-chain.ts';
import type { Workbench } from './workbench.ts';

const CALLERS = 16;

const idle = (slug: string, name: string): StepSlice => {
  const step: Step = defineStep({
    slug,
    title: name,
    events: stepEvents(name, name, {}),
    concurrency: () => 64,
    run: async () => ({}),
  });
  return { name: slug, summary: 'Does nothing.', events: Object.values(step.events), step };
};

/** Four steps that do nothing, so that all time is the pipeline's own. */
const steps = [
  idle('first', 'First'),
  idle('second', 'Second'),
  idle('third', 'Third'),
  idle('fourth', 'Fourth'),
];

export const pipeline: Bench = {
  about:
    'documents a second through four steps that do nothing, with all read models and the board',
  async open(workbench) {
    const documents = workbench.count(5_000);
    return [
      {
        name: `${documents} documents at once`,
        unit: 'documents/s',
        contenders: [
          { name: OURS, run: () => runDocuments(workbench, documents) },
          {
            name: 'pg-boss, four jobs',
            run: async () => chainJobs(await workbench.createDatabase(), documents, steps.length),
          },
        ],
        marks: [
          { figure: 'rate', beside: 'pg-boss, four jobs', least: 0.4 },
          { figure: 'not true on the board', beside: null, most: 0 },
        ],
      },
    ];
  },
};

async function runDocuments(workbench: Workbench, documents: number): Promise<Sample> {
  const config = loadConfig({
    DATABASE_URL: await workbench.createDatabase(),
    SECRET_KEY: 'the secret key of a bench, long enough',
    DATA_DIR: await mkdtemp(join(workbench.folder, 'pipeline-')),
    PORT: '0',
    LOG_LEVEL: 'silent',
  });
  const doctrail = await startDoctrail(config, { steps, log: silent });
  try {
    return await measure(doctrail, documents);
  } finally {
    await doctrail.stop();
  }
}

/** From the first document until every one of them is completed, on the board too. */
async function measure({ cradle, url }: Doctrail, documents: number): Promise<Sample> {
  const { store, database, runtime, accounts } = cradle;
  const token = await accounts.createToken({ name: 'bench', role: 'viewer' });
  const browser = await openBoardStream(url ?? '', token);
  const { name, folds } = boardProjection(steps.map(({ step }) => step));
  const completed = createSignal();
  let left = documents;
  runtime.bus.listen((events) => {
    left -= events.filter((event) => DocumentCompleted.is(event)).length;
    if (left === 0) completed.wake();
  });
  const ids = Array.from({ length: documents }, () => newId());
  const begun = performance.now();
  const rest = ids.values();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      for (const id of rest) await store.append(receiptOf(id));
    }),
  );
  await completed.wait(600_000);
  await level(database, name, new Set(folds.map(({ event }) => event.type)));
  const seconds = (performance.now() - begun) / 1_000;
  browser.close();
  const [board] = await database.sql<{ completed: number }[]>`
    SELECT count(*)::int AS completed FROM document_board WHERE status = 'completed'`;
  const wrong = documents - (board?.completed ?? 0);
  return { rate: documents / seconds, others: { 'not true on the board': wrong } };
}

const receiptOf = (id: string) => ({
  stream: documentStream(id),
  expected: 0,
  events: [
    DocumentReceived({
      fileName: `${id}.txt`,
      claimedMediaType: 'text/plain',
      bytes: 1,
      sha256: '0'.repeat(64),
      source: null,
      label: null,
      plan: steps.map(({ step }) => step.slug),
      duplicateOf: null,
    }),
  ],
  metadata: { correlation: id, causation: null, actor: 'user:bench', command: 'receive documents' },
});
