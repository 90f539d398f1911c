/** A span of time in equal parts, ending now. */
export interface Span {
  /** `last hour`, `last day`, `last two weeks`. */
  words: string;
  /** Milliseconds of one part. */
  part: number;
  parts: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const LAST_HOUR: Span = { words: 'last hour', part: 2.5 * MINUTE, parts: 24 };
const LAST_DAY: Span = { words: 'last day', part: HOUR, parts: 24 };
const LAST_WEEKS: Span = { words: 'last two weeks', part: 12 * HOUR, parts: 28 };

/** The shortest span that holds everything since a moment, so that there is something to see. */
export function spanSince(first: Date, now: Date): Span {
  const age = now.getTime() - first.getTime();
  return age < HOUR ? LAST_HOUR : age < DAY ? LAST_DAY : LAST_WEEKS;
}

/** When the span's first part begins: parts begin at multiples of their length, so that they do not move. */
export function startOf({ part, parts }: Span, now: Date): Date {
  return new Date((Math.floor(now.getTime() / part) - parts + 1) * part);
}

export interface SparklineView {
  /** `d` of a path in a box of `width` × 24. */
  path: string;
  width: number;
  label: string;
}

const BAR = 4;
const HEIGHT = 24;

/** Bars, one a part: zero is a hairline, so that the span can be seen. */
export function sparklineView(counts: readonly number[], { words }: Span): SparklineView {
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, index) => {
    const height = count === 0 ? 1 : Math.max(3, Math.round((count / most) * HEIGHT));
    return `M${index * BAR} ${HEIGHT - height}h${BAR - 1}v${height}h${1 - BAR}z`;
  });
  const sum = counts.reduce((total, count) => total + count, 0);
  return {
    path: bars.join(''),
    width: counts.length * BAR - 1,
    label: `${sum.toLocaleString('en')} in the ${words}, at most ${Math.max(0, ...counts).toLocaleString('en')} at once`,
  };
}
