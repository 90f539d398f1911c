import { describe, expect, it } from 'vitest';
import { periodAt } from '../figures/period.ts';
import { breachesCsv } from './export-csv.ts';
import type { ToldBreach } from './open-queries.ts';

const now = new Date('2026-01-15T12:30:00Z');
const period = periodAt('24h', now);
const breach = (position: number, fileName: string, minutesAgo: number): ToldBreach => {
  const at = new Date(now.getTime() - minutesAgo * 60_000);
  return {
    document: `d${position}`,
    fileName,
    position,
    clock: 'wash',
    targetMs: 1_000,
    dueAt: at,
    storedAt: at,
    step: 'wash',
    phase: 'working',
  };
};
async function text(all: ToldBreach[]): Promise<string> {
  const pages = breachesCsv(
    {
      breaches: async (before, limit) =>
        all.filter(({ position }) => position < (before ?? Infinity)).slice(0, limit),
    },
    period,
    new Map([['wash', 'Washing']]),
  );
  return (await Array.fromAsync(pages)).join('');
}

describe('breaches as CSV', () => {
  it('have a line each, and formulas in names are text', async () => {
    expect(
      await text([breach(2, '=HYPERLINK("http://evil","x")', 1), breach(1, 'a,b\n.pdf', 2)]),
    ).toBe(
      [
        'dueAt,documentId,fileName,clock,targetMs,cause',
        `2026-01-15T12:29:00.000Z,d2,"'=HYPERLINK(""http://evil"",""x"")",wash,1000,Working on washing`,
        '2026-01-15T12:28:00.000Z,d1,"a,b\n.pdf",wash,1000,Working on washing',
        '',
      ].join('\n'),
    );
  });

  it('go on page by page to the beginning of the period, and no further', async () => {
    const all = Array.from({ length: 2_500 }, (_, index) => breach(2_500 - index, 'a', index));
    const lines = (await text(all)).trimEnd().split('\n');
    // 23 whole hours and the half that has passed of the last.
    expect(lines).toHaveLength(1 + 23 * 60 + 31);
  });
});
