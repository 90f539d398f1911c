import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { stressFeed } from '../tests/stress/feed-stress.ts';

let test: TestDatabase;
let other: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  other = await createTestDatabase();
});
afterAll(async () => {
  await test.drop();
  await other.drop();
});

describe('feed', () => {
  it('loses, inverts and stalls nothing: 12 writers, rollbacks, early writes, a foreign long transaction', async () => {
    const outcome = await stressFeed({
      url: test.url,
      foreignUrl: other.url,
      writers: 12,
      appendsEach: 150,
    });
    expect(outcome).toMatchObject({ lost: 0, inverted: 0, doubled: 0 });
    expect(outcome.read).toBeGreaterThan(1_000);
    expect(outcome.rolledBack).toBeGreaterThan(50);
    // The foreign transaction is open all the time: a reader that waited for it would never see an event.
    expect(outcome.longestStallMs).toBeLessThan(2_000);
  });
});
