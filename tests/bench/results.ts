import { mkdir, writeFile } from 'node:fs/promises';
import { chartOf } from './chart.ts';
import type { CaseResult } from './statistics.ts';

const folder = new URL('results/', import.meta.url);

/** Everything about one run of one bench. */
export interface BenchResult {
  name: string;
  about: string;
  machine: Readonly<Record<string, string>>;
  rounds: number;
  scale: number;
  cases: readonly CaseResult[];
}

/** Writes `results/NAME.json` and its chart `results/NAME.svg`; gives the path without its ending. */
export async function writeResult(result: BenchResult): Promise<string> {
  await writeChart(result.name, chartOf(result));
  const path = new URL(result.name, folder).pathname;
  await writeFile(`${path}.json`, `${JSON.stringify(result, rounded, 2)}\n`);
  return path;
}

/** Writes `results/NAME.svg`. */
export async function writeChart(name: string, svg: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${name}.svg`, folder), svg);
}

/** Five figures are more than any of them is worth. */
const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : value;
