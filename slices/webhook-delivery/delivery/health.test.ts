import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../shared/ids.ts';
import { createTestDatabase, type TestDatabase } from '../../../tests/database.ts';
import { setClock } from '../../../tests/kernel.ts';
import { createHealthBook, type HealthBook } from './health.ts';
import type { DeliveryJob } from './jobs.ts';
import { takeWaiting } from './waiting.ts';

const breaker = { failures: 3, firstMs: 1_000, longestMs: 3_000, leaseMs: 500 };
let test: TestDatabase;
let health: HealthBook;
/** When what waits for an endpoint is to be looked at. */
let releases: { endpoint: string; due: Date }[] = [];
beforeAll(async () => {
  test = await createTestDatabase();
  health = createHealthBook(test.database, breaker, async (_tx, endpoint, due) => {
    releases.push({ endpoint, due });
  });
});
beforeEach(async () => {
  releases = [];
  await clock(0);
});
afterAll(() => test.drop());

const at = (milliseconds: number) => new Date(Date.UTC(2026, 0, 1) + milliseconds);
const clock = (milliseconds: number) => setClock(test.database, at(milliseconds).getTime());

const job = (endpoint: string, messageId = 'msg', more: Partial<DeliveryJob> = {}) => {
  const about = { stream: 'document-1', cause: newId(), at: 1, round: 0 };
  return { ...about, endpoint, messageId, ...more };
};

/** An endpoint that failed so often in a row, all at the beginning. */
async function failing(times: number): Promise<string> {
  const endpoint = newId();
  for (let time = 0; time < times; time += 1) await health.failed(endpoint);
  return endpoint;
}

const probeOf = async (endpoint: string) => (await health.of([endpoint])).get(endpoint)?.probeAt;
const isAdmitted = (endpoint: string) => health.admit(job(endpoint));
const stateOf = (endpoint: string) =>
  test.database.db.transaction((tx) => health.breaker(tx, endpoint));
const take = (endpoint: string, most = 100) =>
  test.database.db.transaction((tx) => takeWaiting(tx, endpoint, most));
const releasesOf = (of: string) =>
  releases.filter(({ endpoint }) => endpoint === of).map(({ due }) => due);

describe('the circuit breaker', () => {
  it('lets everything through before too many attempts failed in a row', async () => {
    expect(await isAdmitted(newId())).toBe(true);
    const endpoint = await failing(2);
    expect(await isAdmitted(endpoint)).toBe(true);
    await health.succeeded(endpoint);
    await health.failed(endpoint);
    await health.failed(endpoint);
    expect(await isAdmitted(endpoint)).toBe(true);
    expect(await stateOf(endpoint)).toBe('closed');
  });

  it('then lets nothing through before its time, which comes later with every failure', async () => {
    const endpoint = await failing(3);
    await clock(999);
    expect(await isAdmitted(endpoint)).toBe(false);
    expect(await probeOf(endpoint)).toEqual(at(1_000));
    expect(await stateOf(endpoint)).toBe('open');
    await clock(1_000);
    expect(await stateOf(endpoint)).toBe('half-open');
    await health.failed(endpoint);
    expect(await probeOf(endpoint)).toEqual(at(3_000));
    await clock(3_000);
    await health.failed(endpoint);
    expect(await probeOf(endpoint)).toEqual(at(6_000));
    expect(await isAdmitted(endpoint)).toBe(false);
  });

  it('lets a single probe through then, whoever asks at the same time; the others wait', async () => {
    const endpoint = await failing(3);
    await clock(1_000);
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, number) => health.admit(job(endpoint, `msg_${number}`))),
    );
    expect(asked.filter((admitted) => admitted)).toHaveLength(1);
    expect(await take(endpoint)).toHaveLength(7);
    expect(await probeOf(endpoint)).toEqual(at(1_500));
  });

  it('gives a probe that was never heard of again to another', async () => {
    const endpoint = await failing(3);
    await clock(1_000);
    expect(await isAdmitted(endpoint)).toBe(true);
    await clock(1_499);
    expect(await isAdmitted(endpoint)).toBe(false);
    await clock(1_500);
    expect(await isAdmitted(endpoint)).toBe(true);
  });

  it('gives a probe that was cut off to another at once', async () => {
    const endpoint = await failing(3);
    await clock(1_000);
    expect(await isAdmitted(endpoint)).toBe(true);
    await clock(1_010);
    await health.cutOff(endpoint);
    expect(await isAdmitted(endpoint)).toBe(true);
  });

  it('lets everything through again after a success', async () => {
    const endpoint = await failing(9);
    await clock(10);
    await health.succeeded(endpoint);
    expect(await isAdmitted(endpoint)).toBe(true);
    expect((await health.of([endpoint])).get(endpoint)).toEqual({
      failures: 0,
      failingSince: null,
      lastSuccessAt: at(10),
      lastFailureAt: at(0),
      probeAt: null,
    });
  });

  it('of one endpoint is none of the others’ business', async () => {
    await failing(9);
    expect(await isAdmitted(await failing(1))).toBe(true);
  });

  it('forgets failures when somebody resumes the endpoint', async () => {
    const endpoint = await failing(9);
    await test.database.db.transaction((tx) => health.reset(tx, endpoint));
    expect(await isAdmitted(endpoint)).toBe(true);
    expect((await health.of([endpoint])).get(endpoint)?.failingSince).toBeNull();
  });
});

describe('what waits for an open circuit breaker', () => {
  it('is taken in the order of its causes, so many at a time', async () => {
    const endpoint = await failing(3);
    for (const [number, messageId] of ['c', 'a', 'b'].entries())
      await health.admit(job(endpoint, messageId, { at: 3 - number }));
    const taken = (await take(endpoint, 2)).map(({ messageId }) => messageId);
    expect(new Set(taken)).toEqual(new Set(['a', 'b']));
    expect((await take(endpoint)).map(({ messageId }) => messageId)).toEqual(['c']);
    expect(await take(endpoint)).toEqual([]);
  });

  it('waits once, for its newest cause', async () => {
    const endpoint = await failing(3);
    const newest = job(endpoint, 'msg', { at: 3 });
    for (const each of [job(endpoint, 'msg', { at: 2 }), newest, job(endpoint)])
      expect(await health.admit(each)).toBe(false);
    expect(await take(endpoint)).toEqual([newest]);
  });

  it('is looked at whenever the next probe is due, however often that is put off', async () => {
    const endpoint = await failing(4);
    expect(releasesOf(endpoint)).toEqual([at(1_000), at(2_000)]);
    await clock(2_000);
    await isAdmitted(endpoint);
    // In case that nothing is heard of the probe.
    expect(releasesOf(endpoint).at(-1)).toEqual(at(2_500));
  });

  it('is looked at when it closes', async () => {
    const endpoint = await failing(4);
    const all = [
      () => health.succeeded(endpoint),
      () => test.database.db.transaction((tx) => health.reset(tx, endpoint)),
      () => test.database.db.transaction((tx) => health.remove(tx, endpoint)),
    ];
    for (const close of all) {
      const before = releasesOf(endpoint).length;
      await close();
      expect(releasesOf(endpoint)).toHaveLength(before + 1);
    }
  });
});

describe('the health of an endpoint', () => {
  it('tells since when nothing but failures came', async () => {
    const endpoint = newId();
    await clock(1);
    await health.failed(endpoint);
    await clock(2);
    await health.succeeded(endpoint);
    await clock(3);
    await health.failed(endpoint);
    await clock(4);
    expect(await health.failed(endpoint)).toMatchObject({
      failures: 2,
      failingSince: at(3),
      lastSuccessAt: at(2),
      lastFailureAt: at(4),
    });
  });
});
