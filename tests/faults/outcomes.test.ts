import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentStream, type StoredEvent } from '../../shared/event.ts';
import { documentFromHistory } from '../../slices/document-board/document.contract.ts';
import { StepGivenUp } from '../../slices/retry-policy/events.ts';
import { stepSlices } from '../../slices/slices.ts';
import { startTestApp, type TestApp } from '../app.ts';
import { deeds, nameOf, type Deed, type Fault } from './fault.ts';
import { faultySteps } from './faulty-steps.ts';
import { storyOf, timingsOf } from './story.ts';

const steps = faultySteps(stepSlices);
const apps: TestApp[] = [];
afterAll(async () => {
  for (const app of apps) await app.stop();
});

async function start(env: Record<string, string>): Promise<TestApp> {
  const app = await startTestApp({ steps, env });
  apps.push(app);
  return app;
}

/** Uploads a short note that fails so; no fault: a good one. */
async function upload(app: TestApp, ...faults: Fault[]): Promise<string> {
  const name = `note ${faults.map(nameOf).join(' ')}.txt`;
  const [uploaded] = await app.upload({ name, content: `A note. ${crypto.randomUUID()}` });
  return uploaded?.id ?? '';
}

const fault = (does: Deed, times = Infinity, step = 'text-extraction'): Fault => ({
  step,
  does,
  times,
});
const historyOf = (app: TestApp, id: string) => app.cradle.store.read(documentStream(id));
const untilEnd = (app: TestApp, id: string) => app.untilStatus(id, 'completed', 'failed');

async function act(app: TestApp, path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body), as: 'admin' as const };
  return (await app.ask(`/api/documents/${path}`, init)).status;
}

const deedsAndEnds: [does: Deed, times: number, failures: number][] = [
  ['fail-transient', 1, 1],
  ['fail-transient', 3, 3],
  ['fail-transient', Infinity, 4],
  ['fail-permanent', Infinity, 1],
  ['loop', Infinity, 1],
  ['memory', Infinity, 1],
  ['throw-in-parser', Infinity, 1],
  ['kill', 2, 2],
  ['kill', Infinity, 4],
  ['throw', 1, 1],
  ['throw', Infinity, 4],
];
const isGivenUp = (does: Deed, failures: number) =>
  deeds[does].kind === 'permanent' || failures > 3;

const SHORT = { RETRY_DELAY_MS: '150', RETRY_MAX_DELAY_MS: '400' };
/** Without jitter; the third is capped, however it is jittered. */
const DELAYS = [150, 300, 400];

/** What a document's text extraction tells from its first start to its end. */
function toldOf(does: Deed, failures: number): string[] {
  const { code, kind } = deeds[does];
  const givenUp = isGivenUp(does, failures);
  const told = Array.from({ length: failures }, (_, index) => {
    const attempt = index + 1;
    const decision =
      givenUp && attempt === failures
        ? `given up text-extraction: ${kind === 'permanent' ? 'permanent' : 'retries-spent'}`
        : `retry of text-extraction as attempt ${attempt + 1}, ${attempt} of 3`;
    return [
      `TextExtractionStarted ${attempt}`,
      `TextExtractionFailed ${attempt} ${code}`,
      decision,
    ];
  }).flat();
  const last = failures + 1;
  return givenUp
    ? told
    : [...told, `TextExtractionStarted ${last}`, `TextExtractionFinished ${last}`];
}

const BEFORE = ['DocumentReceived', 'InspectionStarted 1', 'InspectionFinished 1'];
const AFTER = [
  'ClassificationStarted 1',
  'ClassificationFinished 1',
  'PublicationStarted 1',
  'PublicationFinished 1',
  'DocumentCompleted',
];

/** All of them at once, on one server: none is to change how another ends. */
let app: TestApp;
const ids = new Map<(typeof deedsAndEnds)[number], string>();
const good: string[] = [];
beforeAll(async () => {
  app = await start(SHORT);
  for (const row of deedsAndEnds) {
    const [does, times] = row;
    ids.set(row, await upload(app, fault(does, times)));
    good.push(await upload(app));
  }
});

describe.for(deedsAndEnds)('a step made to %s (%s times)', (row) => {
  const [does, , failures] = row;
  const { code, kind } = deeds[does];
  const givenUp = isGivenUp(does, failures);
  let history: StoredEvent[];
  let id: string;
  beforeAll(async () => {
    id = ids.get(row) ?? '';
    await untilEnd(app, id);
    history = await historyOf(app, id);
  });

  it(`ends as ${code}, event by event`, () =>
    expect(storyOf(history)).toEqual([
      ...BEFORE,
      ...toldOf(does, failures),
      ...(givenUp ? [] : AFTER),
    ]));

  it('is started again at its due times, never before', () => {
    const timings = timingsOf(history);
    expect(timings).toHaveLength(givenUp ? failures - 1 : failures);
    for (const [index, { failedAt, dueAt, startedAt }] of timings.entries()) {
      const delay = DELAYS[index] ?? Number.NaN;
      expect(dueAt - failedAt).toBeGreaterThanOrEqual(Math.floor(0.8 * delay));
      expect(dueAt - failedAt).toBeLessThanOrEqual(Math.min(400, Math.ceil(1.2 * delay)));
      expect(startedAt).toBeGreaterThanOrEqual(dueAt);
    }
  });

  it('shows as failed once it is given up, not before', async () => {
    const all = steps.map(({ step }) => step);
    const fold = documentFromHistory(all, app.cradle.blobs);
    for (let length = 1; length <= history.length; length += 1) {
      const told = history.slice(0, length);
      const row = await fold(told);
      expect([length, row?.status === 'failed']).toEqual([length, told.some(StepGivenUp.is)]);
    }
  });

  it('says in the API how it ended', async () => {
    const end = givenUp
      ? { status: 'failed', step: 'text-extraction', attempts: failures, error: { code, kind } }
      : { status: 'completed', step: null, error: null };
    expect(await app.document(id)).toMatchObject(end);
  });
});

describe('beside documents that fail', () => {
  it('all others complete at their first attempt', async () => {
    for (const id of good) {
      await untilEnd(app, id);
      const story = ['TextExtractionStarted 1', 'TextExtractionFinished 1'];
      expect(storyOf(await historyOf(app, id))).toEqual([...BEFORE, ...story, ...AFTER]);
    }
  });
});

describe('while a document is tried again', () => {
  it('the API tells retrying with attempts and error, and failed only at the end', async () => {
    const id = await upload(app, fault('fail-transient'));
    const polled: string[] = [];
    for (let status = ''; status !== 'failed';) {
      const document = await app.document(id);
      status = document.status;
      const told = `${status} ${document.attempts} ${document.error?.code ?? ''}`;
      if (document.step === 'text-extraction' && told !== polled.at(-1)) polled.push(told);
    }
    const retrying = polled.filter((told) => told.startsWith('retrying'));
    expect(retrying).toEqual([1, 2, 3].map((attempt) => `retrying ${attempt} fault-transient`));
    expect(polled.at(-1)).toBe('failed 4 fault-transient');
    expect(storyOf(await historyOf(app, id)).at(-1)).toContain('given up');
  });

  it('each step has a budget of its own', async () => {
    const id = await upload(app, fault('throw', 2, 'inspection'), fault('kill', 3, 'publication'));
    expect(await untilEnd(app, id)).toMatchObject({ status: 'completed', percent: 100 });
    const decisions = storyOf(await historyOf(app, id)).filter((told) => told.startsWith('retry'));
    expect(decisions).toEqual([
      'retry of inspection as attempt 2, 1 of 3',
      'retry of inspection as attempt 3, 2 of 3',
      'retry of publication as attempt 2, 1 of 3',
      'retry of publication as attempt 3, 2 of 3',
      'retry of publication as attempt 4, 3 of 3',
    ]);
  });
});

describe('exceptions from the rules', () => {
  let app: TestApp;
  beforeAll(async () => {
    const exceptions = [
      'inspection/*=0',
      '*/fault-permanent=1:50:50',
      '*/fault-transient=2:50:50',
      'text-extraction/fault-transient=1:90:90',
    ];
    app = await start({ ...SHORT, RETRY_EXCEPTIONS: exceptions.join(', ') });
  });

  const cases: [what: string, fault: Fault, story: string[]][] = [
    ['a step that is not to be retried', fault('throw', 1, 'inspection'), ['retries-spent']],
    [
      'a permanent code that is to be retried',
      fault('fail-permanent', Infinity, 'publication'),
      ['1 of 1', 'retries-spent'],
    ],
    [
      'a code',
      fault('fail-transient', Infinity, 'classification'),
      ['1 of 2', '2 of 2', 'retries-spent'],
    ],
    [
      'a code in a step, which is closer',
      fault('fail-transient', Infinity, 'text-extraction'),
      ['1 of 1', 'retries-spent'],
    ],
    [
      'a code they do not name',
      fault('throw', Infinity, 'publication'),
      ['1 of 3', '2 of 3', '3 of 3', 'retries-spent'],
    ],
    ['a permanent code they do not name', fault('throw-in-parser'), ['permanent']],
  ];
  it.for(cases)('hold for %s', async ([, failing, story]) => {
    const id = await upload(app, failing);
    expect(await untilEnd(app, id)).toMatchObject({ status: 'failed', step: failing.step });
    const decisions = storyOf(await historyOf(app, id)).flatMap(
      (told) => /^retry .*, (.*)$|^given up .*: (.*)$/.exec(told)?.slice(1).filter(Boolean) ?? [],
    );
    expect(decisions).toEqual(story);
  });

  it('may have delays of their own', async () => {
    const id = await upload(app, fault('fail-transient', 1, 'text-extraction'));
    await untilEnd(app, id);
    const [{ failedAt, dueAt } = { failedAt: 0, dueAt: 0 }] = timingsOf(await historyOf(app, id));
    expect(dueAt - failedAt).toBeGreaterThanOrEqual(72);
    expect(dueAt - failedAt).toBeLessThanOrEqual(90);
  });
});

describe('a due time', () => {
  it('outlives a restart: the step is tried again then, once', async () => {
    const app = await start({ RETRY_DELAY_MS: '6000' });
    const id = await upload(app, fault('fail-transient', 1));
    await app.untilStatus(id, 'retrying');
    await app.restart();
    const [timing] = timingsOf(await historyOf(app, id));
    expect(timing?.startedAt, 'it is not due yet').toBeNull();
    expect(await app.document(id)).toMatchObject({ status: 'retrying', attempts: 1 });
    await untilEnd(app, id);
    const history = await historyOf(app, id);
    expect(storyOf(history)).toEqual([...BEFORE, ...toldOf('fail-transient', 1), ...AFTER]);
    const [{ dueAt, startedAt } = { dueAt: 0, startedAt: 0 }] = timingsOf(history);
    expect(startedAt).toBeGreaterThanOrEqual(dueAt);
    expect(startedAt).toBeLessThan(dueAt + 2_000);
  });

  it('that is far away holds up no other document, and nothing that an administrator asks for', async () => {
    const app = await start({ RETRY_DELAY_MS: '3600000', RETRY_MAX_DELAY_MS: '3600000' });
    const reason = 'The key was found.';
    const id = await upload(app, fault('fail-transient', 1));
    await app.untilStatus(id, 'retrying');
    await app.untilStatus(await upload(app), 'completed');
    expect(await act(app, `${id}/steps/text-extraction/retry`, { reason })).toBe(202);
    await app.untilStatus(id, 'completed');

    const skipped = await upload(app, fault('fail-transient', 1));
    await app.untilStatus(skipped, 'retrying');
    expect(await act(app, `${skipped}/steps/text-extraction/skip`, { reason })).toBe(202);
    await app.untilStatus(skipped, 'completed', 'failed', 'retrying');
    const again = { reason, fromStep: 'text-extraction' };
    expect(await act(app, `${skipped}/reprocess`, again)).toBe(202);
    await app.untilStatus(skipped, 'completed');
    const story = storyOf(await historyOf(app, skipped));
    expect(story).toContain('TextExtractionFinished 2');
    expect(story.filter((told) => told.startsWith('TextExtractionStarted'))).toHaveLength(2);
  });
});
