import { afterAll, beforeAll, expect, describe, it } from 'vitest';
import { everything } from '../../tests/laundry.ts';
import { notificationRules } from './rules.ts';
import { ruleStream } from './rule.ts';
import { startLog, type Log } from './rules.fixture.ts';

let log: Log;
beforeAll(async () => {
  log = await startLog();
});
afterAll(() => log.stop());

describe('a rule', () => {
  it('is enabled once, however many processes start at once, and start again', async () => {
    const positions = await Promise.all([1, 2, 3, 4].map(() => log.enable()));
    await log.tell('2026-01-01T00:00:00Z', [everything]);
    positions.push(await log.enable());
    expect(new Set(positions.map((each) => JSON.stringify([...each]))).size).toBe(1);
    for (const { name } of notificationRules) {
      const history = await log.store.read(ruleStream(name));
      expect(history.map(({ type }) => type)).toEqual(['NotificationRuleEnabled']);
      expect(positions[0]?.get(name)).toBe(history[0]?.position);
    }
  });
});
