import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { documentStream, type StoredEvent } from '../../shared/event.ts';
import { formOf, startTestApp, type TestApp } from '../../tests/app.ts';
import { gatedSteps } from '../../tests/browser/gated-steps.ts';
import { setClock } from '../../tests/kernel.ts';
import { SLA_TRACKING, slaTracking } from './read-model.ts';

const gates = gatedSteps();
let app: TestApp;
/** Of the stopped clock, in milliseconds since 1970. */
let now = Date.UTC(2030, 0, 1);

beforeAll(async () => {
  app = await startTestApp({ steps: gates.steps });
});
afterAll(() => app.stop());
// Every test has an hour of its own.
beforeEach(async () => {
  now += 3_600_000;
  await setClock(app.database.database, now);
});

const always = { kind: 'always' };
const nothing = { documentMs: null, stepMs: null, steps: {}, calendar: always };
const closed = { kind: 'business', timeZone: 'UTC', week: [], holidays: [], exceptions: [] };
const targets = {
  targets: [
    { name: 'Shop', source: 'shop', label: null, ...nothing, documentMs: 100_000, stepMs: 60_000 },
    { name: 'Archive', source: null, label: 'archive', ...nothing },
  ],
  default: { ...nothing, documentMs: 1_000_000 },
};

const put = (body: object, as: 'admin' | 'operator' = 'admin') =>
  app.ask('/api/sla/targets', {
    as,
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const read = async () =>
  (await (await app.ask('/api/sla/targets')).json()) as {
    current: { version: number; default: object; targets: object[]; reason: string; actor: string };
    changes: { version: number }[];
  };

/** Moves the clock on, and waits until a moment was looked at: the timer looks once a second. */
async function pass(seconds: number): Promise<void> {
  now += seconds * 1_000;
  await setClock(app.database.database, now);
}

async function receive(fields: Record<string, string> = {}): Promise<string> {
  const body = formOf([{ name: 'a.txt', content: `${Math.random()}` }], fields);
  const answer = await app.ask('/api/documents', { method: 'POST', body });
  const { documents } = (await answer.json()) as { documents: { id: string }[] };
  const id = documents[0]?.id ?? '';
  await until(id, (history) => history.some(({ type }) => type === 'ReadingStarted'));
  return id;
}

const historyOf = (id: string) => app.cradle.store.read(documentStream(id));

/** Waits until a history has come so far; looks again with every event. */
async function until(
  id: string,
  done: (history: readonly StoredEvent[]) => boolean,
): Promise<readonly StoredEvent[]> {
  for (;;) {
    const next = new Promise<void>((resolve) => app.cradle.runtime.bus.listen(() => resolve()));
    const history = await historyOf(id);
    if (done(history)) return history;
    await next;
  }
}

/** What was said of a document, as `document 50` and `reading breached`, with the second it was due. */
const saidOf = (history: readonly StoredEvent[], received: number) =>
  history
    .filter(({ type }) => type === 'SlaWarningRaised' || type === 'SlaBreached')
    .map(({ data }) => {
      const { clock, percent = 'breached', dueAt } = data as Record<string, string>;
      return `${clock} ${percent} at ${(Date.parse(dueAt ?? '') - received) / 1_000}`;
    });
const untilSaid = (id: string, count: number) =>
  until(id, (history) => saidOf(history, 0).length >= count);

async function rowOf(id: string) {
  await app.level(SLA_TRACKING);
  const rows = await app.database.database.db.select().from(slaTracking);
  return rows.find((row) => row.id === id);
}

describe('targets', () => {
  it('are there from the start, as the first change', async () => {
    const { current, changes } = await read();
    expect(current).toMatchObject({ version: 1, actor: 'system:sla-tracking', targets: [] });
    expect(changes).toHaveLength(1);
    await app.restart();
    expect((await read()).changes).toHaveLength(1);
  });

  it('are changed with actor and reason, by administrators only', async () => {
    const reason = 'agreed with the shop';
    expect((await put({ ...targets, reason }, 'operator')).status).toBe(403);
    const answer = await put({ ...targets, reason, version: 1 });
    expect([answer.status, await answer.clone().json()]).toMatchObject([200, { version: 2 }]);
    const { current, changes } = await read();
    expect(current).toMatchObject({ ...targets, reason, actor: expect.stringMatching(/^token:/) });
    expect(changes.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('are not changed over somebody else’s change', async () => {
    const answer = await put({ ...targets, reason: 'meant for the first ones', version: 1 });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('version 2') });
  });

  const shop = targets.targets[0];
  it.each([
    [
      'a step that there is not',
      { default: { ...nothing, steps: { ironing: 1 } } },

      /ironing.*reading/,
    ],
    ['two of one name', { targets: [shop, shop] }, /Shop/],
    ['one that matches all', { targets: [{ ...shop, source: null }] }, /default/],
    ['no time', { default: { ...nothing, documentMs: 0 } }, /documentMs/],
    ['too much of it', { default: { ...nothing, documentMs: 1e12 } }, /documentMs/],
    ['half a millisecond', { default: { ...nothing, documentMs: 0.5 } }, /documentMs/],
    ['words for a time', { default: { ...nothing, documentMs: 'soon' } }, /documentMs/],
    ['no calendar', { default: { ...nothing, calendar: null } }, /calendar/],
    ['a calendar without hours', { default: { ...nothing, calendar: closed } }, /working hours/],
    ['no default', { default: undefined }, /default/],
    ['an empty reason', { reason: ' ' }, /reason/],
    ['a word that means nothing', { targetz: [] }, /targetz|additional/],
  ])('are refused with %s', async (_what, change, says) => {
    const answer = await put({ ...targets, reason: 'a test', ...change });
    const { detail } = (await answer.json()) as { detail: string };
    expect([answer.status, detail]).toEqual([422, expect.stringMatching(says)]);
    expect((await read()).current.version).toBe(2);
  });
});

describe('a document', () => {
  it('has its targets fixed, is warned of and is breached at the times that say so', async () => {
    const id = await receive({ source: 'shop' });
    const received = now;
    const history = await until(id, (all) => all.some(({ type }) => type === 'SlaTargetsFixed'));
    expect(history.find(({ type }) => type === 'SlaTargetsFixed')?.metadata).toMatchObject({
      causation: history[0]?.id,
      correlation: history[0]?.metadata.correlation,
      actor: 'system:sla-targets',
    });
    expect(await rowOf(id)).toMatchObject({
      state: 'on-track',
      dueAt: new Date(received + 100_000),
      nextDueAt: new Date(received + 30_000),
    });
    await pass(31);
    expect(saidOf(await untilSaid(id, 1), received)).toEqual(['reading 50 at 30']);
    expect(await rowOf(id)).toMatchObject({ nextDueAt: new Date(received + 45_000) });
    gates.finish(id);
    await until(id, (all) => all.some(({ type }) => type === 'FilingStarted'));
    // The change of step has replaced the timer.
    expect(await rowOf(id)).toMatchObject({ nextDueAt: new Date(received + 50_000) });
    await pass(20);
    expect(saidOf(await untilSaid(id, 2), received).slice(1)).toEqual(['document 50 at 50']);
    expect((await rowOf(id))?.state).toBe('at-risk');
    await pass(60);
    await until(id, (all) =>
      all.some(({ data }) => data['clock'] === 'document' && !data['percent']),
    );
    expect((await rowOf(id))?.state).toBe('breached');
    gates.finish(id);
    await app.untilStatus(id, 'completed');
    expect(await rowOf(id)).toMatchObject({ state: 'met-late', endedAt: new Date(now) });
  });
});
