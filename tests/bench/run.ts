import type { Bench, BenchCase, Sample } from './bench.ts';
import { caseResult, type CaseResult } from './statistics.ts';
import type { OpenWorkbench } from './workbench.ts';

/** Runs a bench: in each round all contenders of a case one after the other, in another order each time. */
export async function runBench(
  bench: Bench,
  workbench: OpenWorkbench,
  { rounds, onCase }: { rounds: number; onCase(result: CaseResult): void },
): Promise<CaseResult[]> {
  try {
    const results: CaseResult[] = [];
    for (const each of await bench.open(workbench)) {
      const result = caseResult(each, await runRounds(each, rounds));
      onCase(result);
      results.push(result);
    }
    return results;
  } finally {
    await workbench.clear();
  }
}

async function runRounds(
  { contenders }: BenchCase,
  rounds: number,
): Promise<Map<string, Sample[]>> {
  const samples = new Map(contenders.map(({ name }) => [name, [] as Sample[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const index of contenders.keys()) {
      const contender = contenders[(round + index) % contenders.length];
      if (contender) samples.get(contender.name)?.push(await contender.run());
    }
  }
  return samples;
}
