import { describe, expect, it } from 'vitest';
import { sparklineView, spanSince, startOf } from './sparkline.ts';

const now = new Date('2026-01-15T12:34:56.789Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

describe('the span of a sparkline', () => {
  it('is the shortest that holds what happened', () => {
    const spans = [0, 59, 61, 23 * 60, 25 * 60, 99_999].map(
      (age) => spanSince(ago(age), now).words,
    );
    expect(spans).toEqual([
      'last hour',
      'last hour',
      'last day',
      'last day',
      'last two weeks',
      'last two weeks',
    ]);
  });

  it('begins at a multiple of its parts, and its last part holds now', () => {
    for (const age of [1, 120, 9_999]) {
      const span = spanSince(ago(age), now);
      const start = startOf(span, now).getTime();
      expect(start % span.part).toBe(0);
      expect(Math.floor((now.getTime() - start) / span.part)).toBe(span.parts - 1);
    }
  });
});

describe('a sparkline', () => {
  const span = { words: 'last day', part: 1, parts: 4 };

  it('has a bar a part, as high as it counts, and a hairline for none', () => {
    const { path, width } = sparklineView([0, 1, 50, 100], span);
    expect(path).toBe('M0 23h3v1h-3zM4 21h3v3h-3zM8 12h3v12h-3zM12 0h3v24h-3z');
    expect(width).toBe(15);
  });

  it('says in words what it shows', () => {
    expect(sparklineView([0, 1, 500, 1000], span).label).toBe(
      '1,501 in the last day, at most 1,000 at once',
    );
    expect(sparklineView([0, 0], span).label).toBe('0 in the last day, at most 0 at once');
  });
});
