import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase } from '../shared/database.ts';
import { startEmbeddedPostgres } from '../shared/embedded-postgres/index.ts';
import { readCorpus } from './corpus/manifest.ts';
import { goodBeside, interleave } from './corpus/selection.ts';
import { measureOwn } from './corpus/measure.ts';
import type { Outcome } from './corpus/outcome.ts';
import { lineOf, missesOf } from './corpus/report.ts';
import { proveKills } from './crash/kill-proof.ts';
import { proveRetries } from './crash/retry-proof.ts';
import { proveTwoProcesses } from './crash/two-processes-proof.ts';
import { proveTimers } from './sla/timer-proof.ts';
import { stressFeed } from './stress/feed-stress.ts';
import { proveWebhooks } from './webhooks/webhook-proof.ts';

/** `npm run proof -- NAME`: what `npm test` runs at small counts, at its full count, with its figures. */
const proofs: Record<string, { about: string; run(): Promise<void> }> = {
  crash: {
    about: '20 kills (kill -9) while 200 files are handed over: nothing acknowledged is lost',
    run: async () => console.table(await proveKills({ kills: 20, files: 200, ...seedOf() })),
  },
  retries: {
    about: '100 kills (kill -9) between failure, decision, timer and retry: none lost or doubled',
    run: async () => console.table(await proveRetries({ kills: 100, files: 200, ...seedOf() })),
  },
  'two-processes': {
    about: 'two processes share 100 files; one is killed, or frozen and woken; another takes over',
    run: () =>
      withDatabases(3, async ([first = '', second = '', third = '']) => {
        const all = { files: 100, roles: ['all', 'all'] as const };
        console.table(await proveTwoProcesses({ databaseUrl: first, ...all }));
        console.table(await proveTwoProcesses({ databaseUrl: second, ...all, ends: 'frozen' }));
        const split = { files: 100, roles: ['web', 'worker'] as const };
        console.table(await proveTwoProcesses({ databaseUrl: third, ...split }));
      }),
  },
  feed: {
    about: '12 writers, 2,000 appends each, with rollbacks and long transactions: no event skipped',
    run: () =>
      withDatabases(2, async ([url = '', foreignUrl = '']) => {
        const figures = await stressFeed({ url, foreignUrl, writers: 12, appendsEach: 2_000 });
        console.table(figures);
        const { lost, inverted, doubled } = figures;
        if (lost + inverted + doubled > 0)
          throw new Error('Events were lost, inverted or doubled.');
      }),
  },
  webhooks: {
    about:
      'over 2,000 documents, 20 kills (kill -9) of servers and receiver: no message lost, doubled or altered',
    run: () =>
      withDatabases(1, async ([databaseUrl = '']) => {
        const all = { databaseUrl, kills: 20, files: 2_100, peerDies: true, ...seedOf() };
        console.table(await proveWebhooks(all));
      }),
  },
  failures: {
    about: '5,000 failed documents in 40 groups: the failure screen stays quick',
    run: () => runTest('tests/browser/many-failures.test.ts', { FAILED_DOCUMENTS: '5000' }),
  },
  sla: {
    about:
      '10,000 documents fall due under a moved clock, 20 kills (kill -9): each told once, in order',
    run: () =>
      withDatabases(1, async ([databaseUrl = '']) =>
        console.table(
          await proveTimers({ databaseUrl, documents: 10_000, kills: 20, ...seedOf() }),
        ),
      ),
  },
  'sla-figures': {
    about:
      '1,000,000 documents with their clocks: the figures of the SLA page stay quick, unscanned',
    run: () => runTest('slices/sla-tracking/figures/many.test.ts', { SLA_DOCUMENTS: '1000000' }),
  },
  fuzz: {
    about: '100 spoilt copies of a good file of every format: each ends as text or with a code',
    run: () =>
      runTest('tests/hostile-files/fuzz.test.ts', {
        FUZZ_EACH: '100',
        FUZZ_SEED: process.argv[3] ?? '1',
      }),
  },
  nasty: {
    about: 'all 135 poisonous documents with good ones in between, to one server',
    async run() {
      const entries = interleave(readCorpus('nasty'), goodBeside(), 3);
      if (entries.length === 0)
        throw new Error('The corpus is absent: it belongs beside the project.');
      const onOutcome = (outcome: Outcome) => console.log(lineOf(outcome));
      const measured = await measureOwn(entries, {}, { atOnce: 4, onOutcome });
      console.table(measured.memory);
      const misses = missesOf(measured);
      if (misses.length > 0) throw new Error(misses.join('\n'));
    },
  },
};

/** `npm run proof -- crash 123` repeats the choices of seed 123. */
function seedOf() {
  const seed = process.argv[3];
  return seed === undefined ? {} : { seed: Number(seed) };
}

/** A test file with other counts. @throws Error when it fails */
async function runTest(file: string, counts: Record<string, string>): Promise<void> {
  const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--config', 'tests/vitest.config.ts', '--testTimeout', '120000', file],
    { stdio: 'inherit', env: { ...process.env, ...counts } },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${file} failed.`);
}

/** Fresh, migrated databases on a PostgreSQL of their own, with fsync as in earnest. */
async function withDatabases(
  count: number,
  work: (urls: string[]) => Promise<void>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'doctrail-proof-'));
  const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
  const server = await startEmbeddedPostgres({
    dataDir,
    log,
    settings: { max_connections: '200' },
  });
  try {
    const names = Array.from({ length: count }, (_, index) => `proof_${index}`);
    const urls = names.map((database) => server.url.replace(/[^/]*$/, database));
    const administration = openDatabase(server.url, { max: 1 });
    for (const name of names) await administration.sql`CREATE DATABASE ${administration.sql(name)}`;
    for (const url of urls) {
      const database = openDatabase(url, { max: 2 });
      await migrate(database, new URL('../drizzle', import.meta.url).pathname);
      await database.close();
    }
    await administration.close();
    await work(urls);
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const [, , name = ''] = process.argv;
const proof = proofs[name];
if (proof) {
  console.log(`${name}: ${proof.about}`);
  await proof.run();
  console.log(`${name}: proved`);
} else {
  console.log('Usage: npm run proof -- NAME, where NAME is one of\n');
  for (const [each, { about }] of Object.entries(proofs))
    console.log(`  ${each.padEnd(14)} ${about}`);
  process.exitCode = name === '' ? 0 : 1;
}
