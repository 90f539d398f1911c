import type { Workbench } from './workbench.ts';

/** What one contender did in one round. */
export interface Sample {
  /** Operations a second, in the unit of the case; left out where only times count. */
  rate?: number;
  /** Milliseconds of every single operation, where each is timed. */
  latencies?: readonly number[];
  /** Other figures by name, such as `MB`. */
  others?: Readonly<Record<string, number>>;
}

/** One that runs in a case: Doctrail, a peer, or the limit, which is code that does the least possible. */
export interface Contender {
  name: string;
  run(): Promise<Sample>;
}

/** The name of ours in every case. */
export const OURS = 'Doctrail';

/** What a figure of ours has to reach, beside another contender's or alone. */
export interface Mark {
  /** `rate`, `p50`, `p99`, or the name of another figure. */
  figure: string;
  /** The contender whose figure it is; ours unless told. */
  of?: string;
  /** The contender that it is divided by; null: the figure itself counts. */
  beside: string | null;
  least?: number;
  most?: number;
}

/** One comparison: all its contenders do the same, in turns. */
export interface BenchCase {
  name: string;
  /** Of the rate: `events/s`. */
  unit: string;
  contenders: readonly Contender[];
  marks: readonly Mark[];
}

/** One row of the table of marks. */
export interface Bench {
  about: string;
  /** Takes half an hour, and is run only when it is named. */
  isLong?: boolean;
  /** Prepares what the cases need; whatever is to be ended is told to the workbench. */
  open(workbench: Workbench): Promise<readonly BenchCase[]>;
}

/** Runs an operation again and again from so many callers at once for a time, timing each run. */
export async function load(
  { callers, seconds }: { callers: number; seconds: number },
  operation: (caller: number) => Promise<unknown>,
): Promise<Required<Pick<Sample, 'rate' | 'latencies'>>> {
  const latencies: number[] = [];
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  async function call(caller: number): Promise<void> {
    for (let now = performance.now(); now < end;) {
      await operation(caller);
      const after = performance.now();
      latencies.push(after - now);
      now = after;
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return { rate: (latencies.length * 1_000) / (performance.now() - begun), latencies };
}
