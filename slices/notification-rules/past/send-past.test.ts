import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  completed,
  done,
  dry,
  everything,
  fold,
  reprocessed,
  wash,
} from '../../../tests/laundry.ts';
import { notificationRules } from '../rules.ts';
import { completed as rule } from '../rules/completed.ts';
import { ruleStream } from '../rule.ts';
import { startLog, type Log } from '../rules.fixture.ts';
import { pastWorker, requestPast } from './send-past.ts';

const completes = [everything, ...done(wash), ...done(dry), ...done(fold), completed];
const MARCH = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-04-01T00:00:00Z') };
const REQUESTED = 'NotificationRequested completed';
const asking = { actor: 'token:anna', reason: 'the team joined in April' };

let log: Log;
let enabledAt: ReadonlyMap<string, number>;
let work: ReturnType<typeof pastWorker>;
/** Documents that completed in February, in March and after the rule was enabled. */
let february: string, march: string[], later: string;
beforeEach(async () => {
  log = await startLog();
  february = await log.tell('2026-02-27T00:00:00Z', completes);
  march = [];
  for (let day = 10; day < 15; day += 1)
    march.push(await log.tell(`2026-03-${day}T00:00:00Z`, completes));
  enabledAt = await log.enable();
  later = await log.tell('2026-03-30T00:00:00Z', completes);
  work = pastWorker({ ...log, rules: notificationRules, enabledAt });
});
afterEach(() => log.stop());

const aJob = (signal = new AbortController().signal) => ({ id: 'job', signal });
const run = (request: string, signal?: AbortSignal) =>
  work({ rule: rule.name, request }, aJob(signal));
const ask = async () => (await requestPast(log.store, rule, MARCH, asking)).id;
const ofRule = () => log.store.read(ruleStream(rule.name));
const decided = (documents: readonly string[]) => Promise.all(documents.map(log.decided));

describe('what is sent for the past', () => {
  it('is what the rule missed in the period, and says who asked for it and why', async () => {
    await log.decide(february, enabledAt);
    await run(await ask());
    expect(await decided(march)).toEqual(march.map(() => [REQUESTED]));
    expect(await log.decided(february)).toEqual([]);
    const [, asked, finished] = await ofRule();
    expect(asked).toMatchObject({
      type: 'PastNotificationsRequested',
      data: { rule: 'completed', reason: asking.reason, from: MARCH.from.toISOString() },
      metadata: { actor: 'token:anna' },
    });
    expect(finished).toMatchObject({
      type: 'PastNotificationsFinished',
      data: { request: asked?.id, requested: march.length },
    });
    const history = await log.store.read(`document-${march[0]}`);
    expect(history.at(-1)?.metadata).toMatchObject({
      actor: 'token:anna',
      correlation: asked?.id,
      causation: history.at(-2)?.id,
    });
  });

  it('is nothing that the rule itself sends', async () => {
    await run(await ask());
    expect(await log.decided(later)).toEqual([]);
    await log.decide(later, enabledAt);
    expect(await log.decided(later)).toEqual([REQUESTED]);
  });

  it('is sent once, however often it is asked for, and by several at once', async () => {
    const requests = [await ask(), await ask(), await ask()];
    await Promise.all(requests.map((request) => run(request)));
    await run(await ask());
    expect(await decided(march)).toEqual(march.map(() => [REQUESTED]));
    expect((await ofRule()).at(-1)?.data).toMatchObject({ requested: 0 });
  });

  it('stops when the process does, and counts it all when it goes on', async () => {
    const request = await ask();
    const stopping = AbortSignal.abort(new Error('The server is stopping.'));
    await expect(run(request, stopping)).rejects.toThrow('stopping');
    // As one that dies after three of them: the store refuses the fourth.
    const stored: Promise<unknown>[] = [];
    const dying = {
      ...log.store,
      append: async (...writes: Parameters<typeof log.store.append>) => {
        if (stored.length < 3) {
          const appended = log.store.append(...writes);
          stored.push(appended);
          return appended;
        }
        await Promise.all(stored);
        throw new Error('cut off');
      },
    };
    const dies = pastWorker({ ...log, store: dying, rules: notificationRules, enabledAt });
    await expect(dies({ rule: rule.name, request }, aJob())).rejects.toThrow('cut off');
    expect((await decided(march)).flat()).toHaveLength(3);
    await run(request);
    await run(request);
    expect(await decided(march)).toEqual(march.map(() => [REQUESTED]));
    const finished = (await ofRule()).filter(({ type }) => type === 'PastNotificationsFinished');
    expect(finished.map(({ data }) => data['requested'])).toEqual([march.length]);
  });

  it('makes what happens again later one that was sent before', async () => {
    await run(await ask());
    const [document = ''] = march;
    const again = [reprocessed('fold'), ...done(fold, 2), completed];
    await log.tell('2026-04-02T00:00:00Z', again, document);
    await log.decide(document, enabledAt);
    expect(await log.decided(document)).toEqual([REQUESTED, 'NotificationSuppressed completed']);
    expect((await log.store.read(`document-${document}`)).at(-1)?.data).toMatchObject({
      why: 'sent-before',
    });
  });
});
