import { asValue } from 'awilix';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../shared/config.ts';
import { openDatabase } from '../../shared/database.ts';
import { documentStream, type StoredEvent } from '../../shared/event.ts';
import { rebuildName } from '../../shared/rebuild.ts';
import { createSignal } from '../../shared/signal.ts';
import { buildServer } from '../../shared/web/server.ts';
import { startTestApp, type TestApp } from '../../tests/app.ts';
import { faultySteps } from '../../tests/faults/faulty-steps.ts';
import { silent } from '../../tests/kernel.ts';
import { accessTable } from '../access.ts';
import { createDoctrailContainer } from '../container.ts';
import { startDoctrail, type Doctrail } from '../doctrail.ts';
import { composeSlices, stepSlices } from '../slices.ts';
import { NotificationRequested, NotificationSuppressed } from './events.ts';
import type { NotificationRule } from './rule.ts';
import { notificationRules as rules } from './rules.ts';
import { notificationRules } from './slice.ts';

const steps = faultySteps(stepSlices);
const env = { RETRY_DELAY_MS: '30', RETRY_MAX_DELAY_MS: '60' };
let app: TestApp;
const others: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  app = await startTestApp({ steps, env });
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.stop();
});
afterAll(() => app.stop());

/** Uploads a short note; its name says how it fails. */
async function upload(to: TestApp, faults = ''): Promise<string> {
  const content = `A note. ${crypto.randomUUID()}`;
  const [uploaded] = await to.upload({ name: `note ${faults}.txt`, content });
  return uploaded?.id ?? '';
}

const configOf = (of: TestApp) =>
  loadConfig({
    DATABASE_URL: of.database.url,
    SECRET_KEY: 'the secret key of a test, long enough',
    DATA_DIR: of.dataDir,
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...env,
  });

/** Another process on the same database. */
async function startOther(of: TestApp): Promise<Doctrail> {
  const other = await startDoctrail(configOf(of), { steps, log: silent });
  others.push(other);
  return other;
}

async function act(on: TestApp, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return on.ask(path, { as: 'admin', method: 'POST', headers, body: JSON.stringify(body) });
}

/** What the rules have decided about each document: `failed-twice: text-extraction`, `completed not again: sent-before`. */
async function decidedOn(of: TestApp, ids: readonly string[]): Promise<string[][]> {
  await of.level('notification-rules');
  const histories = await of.cradle.store.readMany(ids.map(documentStream));
  return [...histories.values()].map((history) => history.flatMap(told));
}

const decided = async (of: TestApp, id: string) => (await decidedOn(of, [id]))[0] ?? [];

function told(event: StoredEvent): string[] {
  if (NotificationRequested.is(event))
    return [[event.data.rule, event.data.step].filter((part) => part !== null).join(': ')];
  if (NotificationSuppressed.is(event)) return [`${event.data.rule} not again: ${event.data.why}`];
  return [];
}

/** Looks whenever something was added to the log. */
async function until(of: TestApp, look: () => Promise<boolean>): Promise<void> {
  const signal = createSignal();
  of.cradle.runtime.bus.listen(signal.wake);
  while (!(await look())) await signal.wait(1_000);
}

/** Ids of all decisions in the log, in order. */
async function allDecisions(of: TestApp): Promise<string[]> {
  await of.level('notification-rules');
  const rows = await of.database.database.sql<{ id: string }[]>`
    SELECT id FROM events WHERE type IN ('NotificationRequested', 'NotificationSuppressed')
    ORDER BY position`;
  return rows.map(({ id }) => id);
}

describe('a document gets each message once', () => {
  it('over retries', async () => {
    const id = await upload(app, '(text-extraction throw 2)');
    await app.untilStatus(id, 'completed');
    expect(await decided(app, id)).toEqual(['failed-twice: text-extraction', 'completed']);
  });

  it('over reprocessing, which says why there is no second one', async () => {
    const id = await upload(app);
    await app.untilStatus(id, 'completed');
    for (const time of [1, 2]) {
      const asked = { fromStep: 'publication', reason: 'a new printer' };
      expect((await act(app, `/api/documents/${id}/reprocess`, asked)).status).toBe(202);
      await untilCompletedTimes(id, time + 1);
    }
    expect(await decided(app, id)).toEqual([
      'completed',
      'completed not again: sent-before',
      'completed not again: sent-before',
    ]);
  });

  it('over retries of an administrator', async () => {
    const id = await upload(app, '(inspection throw 6) (publication throw 2)');
    await app.untilStatus(id, 'failed');
    expect(await decided(app, id)).toEqual(['failed-twice: inspection']);
    const path = `/api/documents/${id}/steps/inspection/retry`;
    expect((await act(app, path, { reason: 'the scanner works again' })).status).toBe(202);
    await app.untilStatus(id, 'completed');
    expect(await decided(app, id)).toEqual([
      'failed-twice: inspection',
      'failed-twice not again: sent-before',
      'completed',
    ]);
  });

  it('over a restart in the middle', async () => {
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        upload(app, index % 2 ? '(classification throw 2)' : ''),
      ),
    );
    await app.untilStatus(ids[0] ?? '', 'completed');
    await app.restart();
    for (const id of ids) await app.untilStatus(id, 'completed');
    expect(await decidedOn(app, ids)).toEqual(
      ids.map((_id, index) => [
        ...(index % 2 ? ['failed-twice: classification'] : []),
        'completed',
      ]),
    );
  });

  it('when everything is delivered to the rules once more', async () => {
    const before = await allDecisions(app);
    expect(before.length).toBeGreaterThan(10);
    await app.database.database.sql`
      UPDATE subscriptions SET position = 0 WHERE name = 'notification-rules'`;
    await app.restart();
    expect(await allDecisions(app)).toEqual(before);
  });

  it('when every read model is rebuilt', async () => {
    const before = await allDecisions(app);
    for (const { name } of app.cradle.slices.flatMap((slice) => slice.projections ?? [])) {
      const path = `/system/read-models/${encodeURIComponent(name)}/rebuild`;
      const answer = await app.ask(path, { as: 'admin', method: 'POST', redirect: 'manual' });
      expect(answer.status).toBe(303);
      await untilSwapped(name);
    }
    expect(await allDecisions(app)).toEqual(before);
  });

  it('of several processes that start at once and share the work', async () => {
    await Promise.all([startOther(app), startOther(app)]);
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => upload(app, '(text-extraction fail-transient 2)')),
    );
    for (const id of ids) await app.untilStatus(id, 'completed');
    expect(await decidedOn(app, ids)).toEqual(
      ids.map(() => ['failed-twice: text-extraction', 'completed']),
    );
    const [row] = await app.database.database.sql<{ count: number }[]>`
      SELECT count(*)::int AS count FROM events WHERE type = 'NotificationRuleEnabled'`;
    expect(row?.count).toBe(rules.length);
  });

  const untilCompletedTimes = (id: string, times: number) =>
    until(app, async () => {
      const history = await app.cradle.store.read(documentStream(id));
      return history.filter(({ type }) => type === 'DocumentCompleted').length === times;
    });

  async function untilSwapped(name: string): Promise<void> {
    const { sql } = app.database.database;
    while ((await sql`SELECT FROM subscriptions WHERE name = ${rebuildName(name)}`).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

describe('the rules', () => {
  it('are enabled before the first document', async () => {
    const first = await app.database.database.sql<{ type: string }[]>`
      SELECT type FROM events ORDER BY position LIMIT ${rules.length}`;
    expect(new Set(first.map(({ type }) => type))).toEqual(new Set(['NotificationRuleEnabled']));
  });

  it('are listed: what they say, since when, how often', async () => {
    await app.level('notifications');
    const answer = await app.ask('/api/notification-rules', { as: 'viewer' });
    const { rules: listed } = (await answer.json()) as { rules: Record<string, unknown>[] };
    expect(listed.map(({ name }) => name)).toEqual(['completed', 'failed-twice']);
    const decisions = await allDecisions(app);
    const counted = listed.flatMap(({ requested, suppressed }) => [requested, suppressed]);
    expect(counted.reduce((sum: number, each) => sum + Number(each), 0)).toBe(decisions.length);
    expect(listed[0]).toMatchObject({
      type: 'document.completed',
      says: expect.stringContaining('completed every step') as string,
      enabledAt: expect.stringMatching(/^2\d{3}-/) as string,
      past: [],
    });
  });

  const year = (from: number, to: number) =>
    `from=${from}-01-01T00:00:00Z&to=${to}-01-01T00:00:00Z`;

  it('can be tried on the past, page by page', async () => {
    const shown: { documentId: string; requested: unknown; step: string }[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = `${year(1999, 2999)}&limit=7${cursor && `&cursor=${cursor}`}`;
      const path = `/api/notification-rules/failed-twice/dry-run?${query}`;
      const answer = await app.ask(path, { as: 'viewer' });
      expect(answer.status).toBe(200);
      const page = (await answer.json()) as { notifications: typeof shown; nextCursor: string };
      shown.push(...page.notifications);
      cursor = page.nextCursor;
    }
    const [row] = await app.database.database.sql<{ count: number }[]>`
      SELECT count(*)::int AS count FROM events
      WHERE type = 'NotificationRequested' AND data ->> 'rule' = 'failed-twice'`;
    expect(new Set(shown.map(({ documentId }) => documentId)).size).toBe(shown.length);
    expect(shown).toHaveLength(row?.count ?? 0);
    expect(shown.filter(({ requested }) => requested === null)).toEqual([]);
  });

  const refused: [path: string, status: number, says: RegExp][] = [
    [`no-such/dry-run?${year(2020, 2021)}`, 404, /There are: completed, failed-twice/],
    [`completed/dry-run?${year(2021, 2020)}`, 400, /has to lie before/],
    [`completed/dry-run?${year(2020, 2021)}&cursor=nonsense`, 400, /nextCursor/],
    [`completed/dry-run?${year(2020, 2021)}&limit=501`, 400, /limit/],
    ['completed/dry-run?from=yesterday&to=today', 400, /from/],
    ['completed/dry-run?from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z', 200, /notifications/],
  ];
  it.each(refused)('answer %s with %i', async (path, status, says) => {
    const answer = await app.ask(`/api/notification-rules/${path}`, { as: 'viewer' });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(says);
  });
});

describe('a rule that is added to a Doctrail with a history', () => {
  const inspected: NotificationRule = {
    name: 'inspected',
    type: 'document.inspected',
    says: 'A document was inspected, for the first time.',
    on: (steps) => steps.slice(0, 1).map(({ events }) => events.Finished),
    matches: (steps, history) =>
      history
        .filter((event) => steps[0]?.events.Finished.is(event))
        .map((event) => ({ event, step: 'inspection', error: null })),
  };

  /** The next release: the same, with one more rule. */
  async function startNewRelease(on: TestApp) {
    const database = openDatabase(on.database.url);
    const container = createDoctrailContainer({
      config: configOf(on),
      log: silent,
      database,
      databaseUrl: on.database.url,
      stepSlices: steps,
    });
    const { cradle } = container;
    const slices = composeSlices(cradle).map((slice) =>
      slice.name === 'notification-rules'
        ? notificationRules(cradle, [...rules, inspected])
        : slice,
    );
    container.register({ slices: asValue(slices) });
    await cradle.runtime.start();
    const server = await buildServer({
      accessTable,
      authenticator: cradle.accounts,
      routes: slices.map((slice) => (routes) => slice.routes?.(routes, cradle.runtime)),
      logLevel: 'silent',
    });
    others.push({
      async stop() {
        await server.close();
        await cradle.runtime.stop();
        await database.close();
      },
    });
    return { server, cradle };
  }

  it('sends nothing for the past until it is asked to, and then nothing twice', async () => {
    const old = await startTestApp({ steps, env: { ROLE: 'web' } });
    try {
      const worker = await startOther(old);
      const before = [await upload(old), await upload(old, '(text-extraction throw 2)')];
      for (const id of before) await old.untilStatus(id, 'completed');
      await old.level('notification-rules');
      await worker.stop();
      others.splice(0);

      const { server } = await startNewRelease(old);
      const after = await upload(old);
      await old.untilStatus(after, 'completed');
      expect(await decided(old, after)).toEqual(['inspected: inspection', 'completed']);
      expect(await decidedOn(old, before)).toEqual([
        ['completed'],
        ['failed-twice: text-extraction', 'completed'],
      ]);
      const second = before[1] ?? '';
      const again = { fromStep: 'inspection', reason: 'look again' };
      expect((await act(old, `/api/documents/${second}/reprocess`, again)).status).toBe(202);
      const untilDecided = (id: string, what: string) =>
        until(old, async () => (await decided(old, id)).includes(what));
      await untilDecided(second, 'inspected not again: before-the-rule');
      await untilDecided(second, 'completed not again: sent-before');

      const authorization = `Bearer ${await old.token('admin')}`;
      const asking = {
        from: '2000-01-01T00:00:00Z',
        to: '2999-01-01T00:00:00Z',
        reason: 'the team joined late',
      };
      /** The newest request for the past, as the list of rules shows it. */
      const newestPast = async () => {
        await old.level('notification-rules-list');
        const url = '/api/notification-rules';
        const listed = await server.inject({ url, headers: { authorization } });
        const { rules } = listed.json<{ rules: { name: string; past: Past[] }[] }>();
        const [newest] = rules.find(({ name }) => name === 'inspected')?.past ?? [];
        return newest ?? { id: '', finished: null };
      };
      for (const requested of [2, 0]) {
        const answer = await server.inject({
          method: 'POST',
          url: '/api/notification-rules/inspected/send-past',
          headers: { authorization },
          payload: asking,
        });
        expect(answer.statusCode).toBe(202);
        const { id } = answer.json<{ event: { id: string } }>().event;
        await until(old, async () => (await newestPast()).id === id);
        await until(old, async () => (await newestPast()).finished !== null);
        expect(await newestPast()).toMatchObject({
          id,
          reason: asking.reason,
          finished: { requested },
        });
      }
      for (const all of await decidedOn(old, [...before, after]))
        expect(all.filter((each) => each === 'inspected: inspection')).toHaveLength(1);
    } finally {
      for (const other of others.splice(0)) await other.stop();
      await old.stop();
    }
  });

  interface Past {
    id: string;
    finished: { requested: number } | null;
  }
});
