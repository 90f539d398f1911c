import { HOUR_MS, startOfPart, type Grain } from './tallies.ts';

/** Spans of time that figures are shown for, ending with the part that holds now. */
export const periods = ['24h', '7d', '30d', '90d'] as const;
export type PeriodName = (typeof periods)[number];

interface Shape {
  words: string;
  /** Hours of one part. */
  grain: Grain;
  parts: number;
}

const shapes: Readonly<Record<PeriodName, Shape>> = {
  '24h': { words: '24 hours', grain: 1, parts: 24 },
  '7d': { words: '7 days', grain: 6, parts: 28 },
  '30d': { words: '30 days', grain: 24, parts: 30 },
  '90d': { words: '90 days', grain: 24, parts: 90 },
};

export interface Period extends Shape {
  name: PeriodName;
  from: Date;
  /** Outside. */
  to: Date;
  /** When each part begins. */
  starts: Date[];
}

/** The period that ends with the part that holds a moment. */
export function periodAt(name: PeriodName, now: Date): Period {
  const shape = shapes[name];
  const last = startOfPart(now.getTime(), shape.grain);
  return periodOf(name, last + shape.grain * HOUR_MS);
}

/** The one of the same length right before. */
export const before = ({ name, from }: Period): Period => periodOf(name, from.getTime());

function periodOf(name: PeriodName, to: number): Period {
  const shape = shapes[name];
  const part = shape.grain * HOUR_MS;
  const from = to - shape.parts * part;
  const starts = Array.from({ length: shape.parts }, (_, index) => new Date(from + index * part));
  return { ...shape, name, from: new Date(from), to: new Date(to), starts };
}
