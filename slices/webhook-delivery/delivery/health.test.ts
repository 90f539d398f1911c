import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../shared/ids.ts';
import { createTestDatabase, type TestDatabase } from '../../../tests/database.ts';
import { createHealthBook, type HealthBook } from './health.ts';

const breaker = { failures: 3, firstMs: 1_000, longestMs: 3_000, leaseMs: 500 };
let test: TestDatabase;
let health: HealthBook;
beforeAll(async () => {
  test = await createTestDatabase();
  health = createHealthBook(test.database, breaker);
});
afterAll(() => test.drop());

const at = (milliseconds: number) => new Date(Date.UTC(2026, 0, 1) + milliseconds);

/** An endpoint that failed so often in a row, all at the beginning. */
async function failing(times: number): Promise<string> {
  const endpoint = newId();
  for (let time = 0; time < times; time += 1) await health.failed(endpoint, at(0));
  return endpoint;
}

describe('the circuit breaker', () => {
  it('lets everything through before too many attempts failed in a row', async () => {
    expect(await health.admit(newId(), at(0))).toBeNull();
    const endpoint = await failing(2);
    expect(await health.admit(endpoint, at(0))).toBeNull();
    await health.succeeded(endpoint, at(1));
    await health.failed(endpoint, at(2));
    await health.failed(endpoint, at(2));
    expect(await health.admit(endpoint, at(2))).toBeNull();
  });

  it('then lets nothing through before its time, which comes later with every failure', async () => {
    const endpoint = await failing(3);
    expect(await health.admit(endpoint, at(999))).toEqual(at(1_000));
    await health.failed(endpoint, at(1_000));
    expect(await health.admit(endpoint, at(1_001))).toEqual(at(3_000));
    await health.failed(endpoint, at(3_000));
    expect(await health.admit(endpoint, at(3_001))).toEqual(at(6_000));
  });

  it('lets a single probe through then, whoever asks at the same time', async () => {
    const endpoint = await failing(3);
    const asked = await Promise.all(
      Array.from({ length: 8 }, () => health.admit(endpoint, at(1_000))),
    );
    expect(asked.filter((until) => until === null)).toHaveLength(1);
    expect(asked.filter((until) => until !== null)).toEqual(Array(7).fill(at(1_500)));
  });

  it('gives a probe that was never heard of again to another', async () => {
    const endpoint = await failing(3);
    expect(await health.admit(endpoint, at(1_000))).toBeNull();
    expect(await health.admit(endpoint, at(1_499))).not.toBeNull();
    expect(await health.admit(endpoint, at(1_500))).toBeNull();
  });

  it('gives a probe that was cut off to another at once', async () => {
    const endpoint = await failing(3);
    expect(await health.admit(endpoint, at(1_000))).toBeNull();
    await health.cutOff(endpoint, at(1_010));
    expect(await health.admit(endpoint, at(1_010))).toBeNull();
  });

  it('lets everything through again after a success', async () => {
    const endpoint = await failing(9);
    await health.succeeded(endpoint, at(10));
    expect(await health.admit(endpoint, at(11))).toBeNull();
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
    expect(await health.admit(await failing(1), at(0))).toBeNull();
  });

  it('forgets failures when somebody resumes the endpoint', async () => {
    const endpoint = await failing(9);
    await test.database.db.transaction((tx) => health.reset(tx, endpoint));
    expect(await health.admit(endpoint, at(1))).toBeNull();
    expect((await health.of([endpoint])).get(endpoint)?.failingSince).toBeNull();
  });
});

describe('the health of an endpoint', () => {
  it('tells since when nothing but failures came', async () => {
    const endpoint = newId();
    await health.failed(endpoint, at(1));
    await health.succeeded(endpoint, at(2));
    await health.failed(endpoint, at(3));
    expect(await health.failed(endpoint, at(4))).toMatchObject({
      failures: 2,
      failingSince: at(3),
      lastSuccessAt: at(2),
      lastFailureAt: at(4),
    });
  });
});
