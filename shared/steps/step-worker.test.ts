import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/database.ts';
import { BlobDamaged, type BlobStore } from '../blobs.ts';
import { loadConfig } from '../config.ts';
import { documentStream, type NewEvent, type StoredEvent } from '../event.ts';
import { eventCatalogue } from '../event-catalogue.ts';
import { createEventStore, type EventStore } from '../event-store.ts';
import { newId } from '../ids.ts';
import { createRecentEvents } from '../recent-events.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { StepFailure } from '../step-failure.ts';
import { createProgressBoard, type ProgressBoard } from './progress.ts';
import { factsOf, weight } from './step.fixture.ts';
import { stepEvents } from './step-events.ts';
import type { StepGate } from './step-gate.ts';
import { defineStep, type StepContext } from './step.ts';
import { stepWorker } from './step-worker.ts';

const events = stepEvents('Weighing', 'Weighing', weight);
const { started, failed, died, shutDown } = factsOf(events);
const finished = (attempt = 1) => events.Finished({ attempt, grams: 12 });

let database: TestDatabase;
let store: EventStore;
let progress: ProgressBoard;
beforeAll(async () => {
  database = await createTestDatabase();
  store = createEventStore(database.database.sql, eventCatalogue(Object.values(events)));
  progress = createProgressBoard(database.database);
});
afterAll(() => database.drop());

/** Every job is wanted, unless a test says otherwise. */
const open: StepGate = { isWanted: () => true, ends: () => false };

type Run = (context: StepContext) => Promise<{ grams: number }>;

/** A document, given its history; jobs for it; and what stands in its stream afterwards. */
async function given(...facts: (NewEvent & { cause?: string })[]) {
  const document = newId();
  const stream = documentStream(document);
  const tell = (fact: NewEvent, causation: string | null = null) =>
    store.append({
      stream,
      expected: null,
      events: [fact],
      metadata: { correlation: document, causation, actor: 'system:test', command: 'test' },
    });
  for (const { cause = null, ...fact } of facts) await tell(fact, cause);
  const read = () => store.read(stream);
  return {
    document,
    tell,
    read,
    /** Each fact of the stream as `Name attempt`. */
    story: async () =>
      (await read()).map(
        ({ type, data }) => `${type.slice('Weighing'.length)} ${String(data['attempt'])}`,
      ),
    work: (
      run: Run,
      { cause = newId(), signal = new AbortController().signal, stepGate = open } = {},
    ) =>
      stepWorker(defineStep({ slug: 'weighing', title: 'Weighing', events, concurrency, run }), {
        store,
        recent: createRecentEvents(),
        stepGate,
        progress,
        blobs: {} as BlobStore,
        sandbox: {} as Sandbox,
        config: loadConfig({}),
        log: pino({ level: 'silent' }),
      }).work({ document, cause }, { id: newId(), signal }),
  };
}
const concurrency = () => 1;
const succeed: Run = async () => ({ grams: 12 });
const by = (fact: NewEvent, cause: string) => ({ ...fact, cause });
const errorOf = (event: StoredEvent | undefined) => event?.data['error'];

describe('a run', () => {
  it('states its start, and its result', async () => {
    const { work, read, document } = await given();
    const cause = newId();
    await work(succeed, { cause });
    const [start, finish] = await read();
    expect(start).toMatchObject({
      type: 'WeighingStarted',
      data: { attempt: 1 },
      metadata: { causation: cause, actor: 'system:weighing' },
    });
    expect(finish).toMatchObject({
      type: 'WeighingFinished',
      data: { attempt: 1, grams: 12 },
      metadata: { causation: start?.id },
    });
    expect(documentStream(document)).toBe(start?.stream);
  });

  it('sees the whole history, its own start included', async () => {
    const { work } = await given(started(), failed());
    let seen: string[] = [];
    await work(async ({ history }) => {
      seen = history.map(({ type }) => type);
      return { grams: 1 };
    });
    expect(seen).toEqual(['WeighingStarted', 'WeighingFailed', 'WeighingStarted']);
  });

  it('clears its progress away', async () => {
    const { work, document } = await given();
    await work(async (context) => {
      context.progress(3, 7);
      return { grams: 1 };
    });
    expect((await progress.of([document])).size).toBe(0);
  });
});

describe('attempts', () => {
  it('count on after a failure', async () => {
    const { work, story } = await given(started(), failed());
    await work(succeed);
    expect(await story()).toEqual(['Started 1', 'Failed 1', 'Started 2', 'Finished 2']);
  });

  it('are none when nobody waits for what the job was asked for', async () => {
    const { work, story } = await given(started(), failed());
    const asked: string[] = [];
    const isWanted: StepGate['isWanted'] = (history, step, cause) => {
      asked.push(`${history.length} ${step} ${cause}`);
      return false;
    };
    await work(succeed, { cause: 'the event', stepGate: { ...open, isWanted } });
    expect(asked).toEqual(['2 weighing the event']);
    expect(await story()).toEqual(['Started 1', 'Failed 1']);
  });

  it('have no outcome when nobody waits for it any more', async () => {
    const { work, story } = await given();
    let isWanted = true;
    const run: Run = async () => {
      isWanted = false;
      return { grams: 1 };
    };
    await work(run, { stepGate: { ...open, isWanted: () => isWanted } });
    expect(await story()).toEqual(['Started 1']);
  });
  it('are decided again when somebody appends in between', async () => {
    const { work, story, tell } = await given();
    await Promise.all([work(succeed), tell(shutDown(9)), tell(shutDown(9))]);
    const told = await story();
    expect(told).toHaveLength(4);
    expect(told.at(-1)).toMatch(/^Finished/);
  });
});

describe('a dead host', () => {
  it('is an interruption: the step runs again under a new attempt', async () => {
    const cause = newId();
    const { work, story, read } = await given(by(started(), cause));
    await work(succeed, { cause });
    expect(await story()).toEqual(['Started 1', 'Interrupted 1', 'Started 2', 'Finished 2']);
    expect((await read())[1]?.data).toEqual({ attempt: 1, reason: 'host-died' });
  });

  it('three times in a row is a failure, and the step does not run', async () => {
    const { work, story, read } = await given(started(), died(), started(2), died(2), started(3));
    let ran = false;
    await work(async () => {
      ran = true;
      return { grams: 1 };
    });
    expect(ran).toBe(false);
    expect((await story()).slice(5)).toEqual(['Interrupted 3', 'Failed 3']);
    expect(errorOf((await read()).at(-1))).toMatchObject({
      code: 'interrupted-repeatedly',
      kind: 'transient',
      message: expect.stringContaining('three times in a row') as string,
    });
  });

  it('twice, with an outcome before, is none', async () => {
    const { work, story } = await given(
      started(),
      died(),
      started(2),
      failed(2),
      started(3),
      died(3),
      started(4),
    );
    await work(succeed);
    expect((await story()).slice(-3)).toEqual(['Interrupted 4', 'Started 5', 'Finished 5']);
  });

  it('that comes back late is refused', async () => {
    const { work, story, tell } = await given();
    await work(async () => {
      // While it slept, another host took the job over and finished it.
      for (const fact of [died(), started(2), finished(2)]) await tell(fact);
      return { grams: 99 };
    });
    expect(await story()).toEqual(['Started 1', 'Interrupted 1', 'Started 2', 'Finished 2']);
  });

  it('that comes back while the next attempt runs is refused too', async () => {
    const { work, story, tell } = await given();
    await work(async () => {
      for (const fact of [died(), started(2)]) await tell(fact);
      throw new StepFailure('late', 'permanent', 'Too late.');
    });
    expect(await story()).toEqual(['Started 1', 'Interrupted 1', 'Started 2']);
  });
});

describe('a shutdown', () => {
  it('is an interruption that counts for nothing, and hands the job back', async () => {
    const { work, story, read } = await given();
    const stop = new AbortController();
    const cause = newId();
    const run: Run = async ({ signal }) => {
      stop.abort(new Error('The server is stopping.'));
      signal.throwIfAborted();
      return { grams: 1 };
    };
    await expect(work(run, { cause, signal: stop.signal })).rejects.toThrow('stopping');
    expect((await read()).at(-1)?.data).toEqual({ attempt: 1, reason: 'shutdown' });
    await work(succeed, { cause });
    expect(await story()).toEqual(['Started 1', 'Interrupted 1', 'Started 2', 'Finished 2']);
  });

  it('however often is no failure', async () => {
    const { work, story } = await given(
      ...[1, 2, 3, 4].flatMap((attempt) => [started(attempt), shutDown(attempt)]),
    );
    await work(succeed);
    expect((await story()).slice(-2)).toEqual(['Started 5', 'Finished 5']);
  });
});

describe('a failure', () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const failures: [what: string, thrown: unknown, code: string, kind: string, says: RegExp][] = [
    [
      'that the step states',
      new StepFailure('encrypted', 'permanent', 'It is locked.', { detail: 'line 1' }),
      'encrypted',
      'permanent',
      /^It is locked\.$/,
    ],
    ['of a blob', new BlobDamaged('gone'), 'blob-damaged', 'permanent', /Restore it from a backup/],
    ['of a full disk', full, 'disk-full', 'transient', /Free some space/],
    ['that nobody foresaw', new TypeError('x is null'), 'internal-error', 'transient', /report it/],
    ['that is no error', 'just a string', 'internal-error', 'transient', /report it/],
  ];

  it.each(failures)('%s is stated as %s', async (_what, thrown, code, kind, says) => {
    const { work, story, read } = await given();
    await work(() => Promise.reject(thrown));
    expect(await story()).toEqual(['Started 1', 'Failed 1']);
    expect(errorOf((await read())[1])).toMatchObject({
      code,
      kind,
      message: expect.stringMatching(says) as string,
      signature: expect.stringMatching(`^weighing ${code} `) as string,
    });
  });

  it('keeps the technical error beside the sentence', async () => {
    const { work, read } = await given();
    await work(() => Promise.reject(new TypeError('x is null')));
    expect(errorOf((await read())[1])).toMatchObject({
      detail: expect.stringMatching(/^TypeError: x is null\n +at /) as string,
      message: expect.not.stringContaining('x is null') as string,
    });
  });

  it('of what is around the program is nobody’s: the queue tries again', async () => {
    const { work, story } = await given();
    const lost = Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
    await expect(work(() => Promise.reject(lost))).rejects.toBe(lost);
    expect(await story()).toEqual(['Started 1']);
  });

  it('of a step that breaks its own promise is stated too', async () => {
    const { work, story, read } = await given();
    await work(async () => ({ grams: 'many' }) as unknown as { grams: number });
    expect(await story()).toEqual(['Started 1', 'Failed 1']);
    expect(errorOf((await read())[1])).toMatchObject({ code: 'internal-error' });
  });
});
