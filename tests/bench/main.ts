import { parseArgs } from 'node:util';
import { append } from './append.ts';
import type { Bench } from './bench.ts';
import { board } from './board.ts';
import { curves } from './curves.ts';
import { documents } from './documents.ts';
import { fanOut } from './fan-out.ts';
import { feed } from './feed.ts';
import { describeMachine } from './machine.ts';
import { installPeers } from './peers.ts';
import { pipeline } from './pipeline.ts';
import { reaction } from './reaction.ts';
import { writeResult } from './results.ts';
import { runBench } from './run.ts';
import { row } from './row.ts';
import { soak } from './soak.ts';
import { start } from './start.ts';
import { linesOf } from './table.ts';
import { upload } from './upload.ts';
import { openWorkbench } from './workbench.ts';

/** `npm run bench -- [NAME…]`: how fast it is, beside its peers and the least that could do it. */
const benches: Readonly<Record<string, Bench>> = {
  append,
  pipeline,
  documents,
  feed,
  reaction,
  row,
  board,
  'fan-out': fanOut,
  upload,
  start,
  curves,
  soak,
};

/** Of a bench that does not take long: enough for a median, and a range. */
const ROUNDS = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    scale: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
const short = Object.keys(benches).filter((name) => !benches[name]?.isLong);
const names = positionals.length > 0 ? positionals : short;
const [asked, scale] = [Number(values.rounds ?? 1), Number(values.scale)];
if (values.help || !names.every((name) => benches[name]) || !(asked >= 1) || !(scale > 0)) help();
else await main();

function help(): void {
  console.log('Usage: npm run bench -- [NAME…] [--rounds N] [--scale 1]\n');
  for (const [name, { about }] of Object.entries(benches))
    console.log(`  ${name.padEnd(10)} ${about}`);
  console.log(
    '\nWithout a NAME all are run but for those that take half an hour: curves and soak.',
  );
  console.log('Those two are run once, the others three times, unless --rounds says how often.');
  console.log('--scale 0.1 takes a tenth of the counts and times, which is for trying it out.');
  process.exitCode = values.help ? 0 : 1;
}

async function main(): Promise<void> {
  await installPeers();
  const workbench = await openWorkbench({ scale });
  try {
    const machine = await describeMachine(await workbench.settings());
    for (const [what, value] of Object.entries(machine)) console.log(`${what.padEnd(10)} ${value}`);
    for (const name of names) {
      const bench = benches[name];
      if (!bench) continue;
      const { about, isLong } = bench;
      const rounds = values.rounds || isLong ? asked : ROUNDS;
      console.log(`\n${name}: ${about}\n`);
      const onCase = (result: Parameters<typeof linesOf>[0]) =>
        console.log(linesOf(result).join('\n'));
      const cases = await runBench(bench, workbench, { rounds, onCase });
      const path = await writeResult({ name, about, machine, rounds, scale, cases });
      console.log(`${path}.json, ${path}.svg`);
    }
  } finally {
    await workbench.close();
  }
}
