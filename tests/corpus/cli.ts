import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createClient } from '../crash/client.ts';
import { corpusPresent, readCorpus } from './manifest.ts';
import { measureAt, measureOwn, type Measured } from './measure.ts';
import type { Memory } from './own-server.ts';
import { jsonOf, lineOf, marksOf, missesOf, tableOf } from './report.ts';

const USAGE = `npm run corpus -- [options]

Sends the corpus of real documents through a running server, over HTTP, and says what holds.

  --part good|nasty     only one of its parts
  --only TEXT           only files whose path holds the text
  --at-once N           so many at a time (6)
  --url URL --token T   a server that runs already; else one of its own is started
  --json FILE           writes everything it found to a file
`;

const { values } = parseArgs({
  options: {
    part: { type: 'string' },
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '6' },
    url: { type: 'string' },
    token: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const entries = (['good', 'nasty'] as const)
  .filter((part) => (values.part ?? part) === part)
  .flatMap((part) => readCorpus(part))
  .filter(({ path }) => path.includes(values.only));

if (values.help) console.log(USAGE);
else if (!corpusPresent) throw new Error('The corpus is absent: it belongs beside the project.');
else await report(await measure());

async function measure(): Promise<Measured> {
  const how = {
    atOnce: Number(values['at-once']),
    onOutcome: (outcome: Measured['outcomes'][number]) => console.log(lineOf(outcome)),
  };
  const { url, token } = values;
  if (url === undefined) return measureOwn(entries, {}, how);
  if (token === undefined) throw new Error('--url needs --token, that of an administrator.');
  return measureAt(createClient(url, token), entries, how);
}

async function report(measured: Measured): Promise<void> {
  const { outcomes, seconds, memory } = measured;
  console.table(tableOf(outcomes));
  console.log(missesOf(measured).join('\n'));
  const marks = marksOf(outcomes);
  console.table(
    marks.map(({ name, held, of, least, reached }) => ({
      mark: name,
      held: `${held} of ${of}`,
      share: of === 0 ? '' : `${((held / of) * 100).toFixed(1)} %`,
      least: `${least * 100} %`,
      reached,
    })),
  );
  console.log(`${outcomes.length} documents in ${seconds.toFixed(0)} s`);
  if (memory) console.table({ before: inMiB(memory.before), after: inMiB(memory.after) });
  if (values.json !== undefined) {
    const json = { marks, memory, seconds, documents: outcomes.map(jsonOf) };
    await writeFile(values.json, JSON.stringify(json, null, 1));
  }
  if (!marks.every(({ reached }) => reached) || measured.misses.length > 0) process.exitCode = 1;
}

function inMiB({ server, parsers }: Memory) {
  const rounded = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  return { server: rounded(server), parsers: rounded(parsers) };
}
