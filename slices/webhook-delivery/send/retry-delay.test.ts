import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../shared/config.ts';
import { newId } from '../../../shared/ids.ts';
import { retryAfter, retryDelay } from './retry-delay.ts';

const { webhookRetryDelaysMs: delays } = loadConfig({});
const second = 1_000;
const hour = 3_600 * second;
const failed = (attempts: number, retryAfterMs: number | null = null, id = 'msg_1/endpoint') =>
  retryDelay(delays, { id, attempts, retryAfterMs });

describe('the time until the next attempt', () => {
  it.each([
    [1, 5 * second],
    [2, 300 * second],
    [3, 0.5 * hour],
    [4, 2 * hour],
    [5, 5 * hour],
    [6, 10 * hour],
    [7, 14 * hour],
    [8, 20 * hour],
    [9, 24 * hour],
  ])('after attempt %i is about %i ms', (attempts, delay) => {
    const actual = failed(attempts) ?? 0;
    expect(actual / delay).toBeGreaterThanOrEqual(0.8);
    expect(actual / delay).toBeLessThanOrEqual(1.2);
  });

  it('after the tenth attempt is none: the message is given up', () => {
    expect(failed(10)).toBeNull();
    expect(failed(10, hour)).toBeNull();
  });

  it('is always the same for the same message, and spreads over others and over attempts', () => {
    expect(failed(3)).toBe(failed(3));
    const spread = Array.from(
      { length: 500 },
      () => (failed(3, null, newId()) ?? 0) / (0.5 * hour),
    );
    expect(Math.min(...spread)).toBeLessThan(0.82);
    expect(Math.max(...spread)).toBeGreaterThan(1.18);
    expect((failed(3) ?? 0) / (0.5 * hour)).not.toBeCloseTo((failed(4) ?? 0) / (2 * hour), 6);
  });

  it.each([
    [hour, hour],
    [25 * hour, 24 * hour],
    [Number.MAX_VALUE, 24 * hour],
  ])('is %i ms when the receiver asks for it: %i', (asked, delay) =>
    expect(failed(1, asked)).toBe(delay),
  );

  it('is the schedule’s when the receiver asks for less', () => {
    expect(failed(4, second)).toBe(failed(4));
    expect(failed(4, 0)).toBe(failed(4));
  });
});

describe('Retry-After', () => {
  const now = new Date('2025-11-21T10:00:00Z');
  // A date is of Greenwich, wherever the server stands.
  beforeAll(() => void vi.stubEnv('TZ', 'America/New_York'));
  afterAll(() => void vi.unstubAllEnvs());

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Fri, 21 Nov 2025 10:01:00 GMT', 60_000],
    ['Friday, 21-Nov-25 10:01:00 GMT', 60_000],
    ['Fri Nov 21 10:01:00 2025', 60_000],
    ['Fri, 21 Nov 2025 09:00:00 GMT', 0],
    ['2025-11-21', null],
    ['-1', null],
    ['1.5', null],
    ['soon', null],
    ['', null],
    [undefined, null],
  ])('%j asks for %s ms', (header, expected) =>
    expect(retryAfter(503, header, now)).toBe(expected),
  );

  it.each([
    [429, 1_000],
    [503, 1_000],
    [500, null],
    [301, null],
    [null, null],
  ])('of status %s with one second asks for %s ms', (status, expected) =>
    expect(retryAfter(status, '1', now)).toBe(expected),
  );
});
