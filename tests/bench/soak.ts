import { readdir, readFile } from 'node:fs/promises';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { connect } from '../../shared/database.ts';
import { openBoardStream } from '../crash/board-stream.ts';
import { createClient, type Client, type ListedDocument } from '../crash/client.ts';
import { createRandom, type Random } from '../crash/random.ts';
import { createToken, startServer } from '../crash/server-process.ts';
import { smallFile } from '../crash/small-files.ts';
import { nameOf, type Fault } from '../faults/fault.ts';
import { OURS, type Bench, type Sample } from './bench.ts';
import { linesChart } from './lines-chart.ts';
import { writeChart } from './results.ts';
import type { Workbench } from './workbench.ts';

const MINUTES = 30;
const SAMPLE_MS = 10_000;
const UPLOAD_EVERY_MS = 700;
const RETRY_EVERY_MS = 10_000;
const BROWSERS = 12;
const ENTRY = 'tests/faults/main.ts';
/** What is much the same all the time may grow by this between the second quarter and the last. */
const MOST_GROWTH = 1.1;

/** What is looked at, and its unit. */
const figures = {
  'memory of the server': 'MB',
  'file handles of the server': '',
  'connections to the database': '',
  'jobs that wait or run': '',
  'dead rows': '% of the living',
} as const;
type Figure = keyof typeof figures;
type Measured = Record<Figure, number>;

export const soak: Bench = {
  about: 'half an hour of uploads, failures, retries, browsers that come and go: nothing grows',
  isLong: true,
  async open(workbench) {
    const seconds = workbench.count(MINUTES * 60);
    return [
      {
        name: `${Math.round(seconds / 60)} minutes`,
        unit: 'documents/s',
        contenders: [{ name: OURS, run: () => run(workbench, seconds) }],
        marks: [
          { figure: growthOf('memory of the server'), beside: null, most: MOST_GROWTH },
          { figure: growthOf('file handles of the server'), beside: null, most: MOST_GROWTH },
          { figure: growthOf('connections to the database'), beside: null, most: MOST_GROWTH },
          { figure: 'dead rows at the end, %', beside: null, most: 30 },
          { figure: 'jobs left at the end', beside: null, most: 0 },
          { figure: 'documents left at the end', beside: null, most: 0 },
        ],
      },
    ];
  },
};

const growthOf = (figure: Figure) => `growth: ${figure}`;

async function run(workbench: Workbench, seconds: number): Promise<Sample> {
  const environment = {
    DATABASE_URL: await workbench.createDatabase(),
    SECRET_KEY: 'the secret key of a bench, long enough',
    DATA_DIR: await mkdtemp(join(workbench.folder, 'soak-')),
    RETRY_BASE_MS: '500',
  };
  const server = await startServer(environment, ENTRY);
  workbench.after(server.stop);
  const sql = connect(environment.DATABASE_URL, { max: 1, name: 'bench' });
  workbench.after(() => sql.end());
  const url = server.url ?? '';
  const token = await createToken(environment, 'admin');
  const client = createClient(url, token);
  const random = createRandom(7);
  const samples: Measured[] = [];
  const over = new AbortController();
  const { signal } = over;
  const busy = [
    every(UPLOAD_EVERY_MS, signal, (count) => upload(client, count, random)),
    every(RETRY_EVERY_MS, signal, () => retryOne(client)),
    every(1_000, signal, () => look(url, token, random)),
    ...Array.from({ length: BROWSERS }, () => visit({ url, token, random, signal })),
    every(SAMPLE_MS, signal, async () => void samples.push(await measure(server.pid, sql))),
  ];
  await pause(seconds * 1_000);
  over.abort();
  await Promise.all(busy);
  const documents = await settled(sql);
  await sql`SELECT pg_sleep(1)`;
  const last = await measure(server.pid, sql);
  await writeChart(
    'soak-lines',
    linesChart({
      title: `soak: ${documents.all} documents in ${Math.round(seconds / 60)} minutes`,
      everySeconds: SAMPLE_MS / 1_000,
      lines: Object.entries(figures).map(([name, unit]) => ({
        name: unit === '' ? name : `${name}, ${unit}`,
        values: samples.map((sample) => sample[name as Figure]),
      })),
    }),
  );
  return {
    rate: documents.all / seconds,
    others: {
      ...Object.fromEntries(
        Object.keys(figures).map((name) => [
          growthOf(name as Figure),
          growth(samples.map((sample) => sample[name as Figure])),
        ]),
      ),
      'dead rows at the end, %': last['dead rows'],
      'jobs left at the end': last['jobs that wait or run'],
      'documents left at the end': documents.left,
    },
  };
}

/** The median of the last quarter, divided by that of the second, which is warm. */
function growth(values: readonly number[]): number {
  const quarter = Math.floor(values.length / 4);
  return median(values.slice(-quarter)) / (median(values.slice(quarter, 2 * quarter)) || 1);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Until it is over; each time after the one before has ended. */
async function every(
  ms: number,
  signal: AbortSignal,
  act: (count: number) => Promise<unknown>,
): Promise<void> {
  for (let count = 0; !signal.aborted; count += 1) {
    const next = performance.now() + ms;
    await act(count);
    await pause(Math.max(0, next - performance.now()), undefined, { signal }).catch(
      () => undefined,
    );
  }
}

/** One in eight fails, for once or for good. */
async function upload(client: Client, count: number, random: Random): Promise<void> {
  const { name, content } = smallFile(count, random);
  const answer = await client.upload([{ name: `${faultAt(count)} ${name}`.trim(), content }]);
  if ('refused' in answer) throw new Error(`An upload was refused: ${answer.detail}`);
}

const faults: readonly Fault[] = [
  { step: 'inspection', does: 'fail-transient', times: 1 },
  { step: 'text-extraction', does: 'fail-permanent', times: 1 },
  { step: 'publication', does: 'throw', times: 2 },
  { step: 'classification', does: 'kill', times: 1 },
];

function faultAt(count: number): string {
  const fault = count % 8 === 7 ? faults[Math.floor(count / 8) % faults.length] : undefined;
  return fault ? nameOf(fault) : '';
}

/** As an administrator does with what has failed for good. */
async function retryOne(client: Client): Promise<void> {
  const failed = (await client.documents()).find(({ status }) => status === 'failed');
  if (failed) await retry(client, failed);
}

async function retry(client: Client, { id, step }: ListedDocument): Promise<void> {
  const path = `/api/documents/${id}/steps/${step}/retry`;
  const { status } = await client.post(path, { reason: 'the soak' });
  if (status !== 202 && status !== 409) throw new Error(`A retry was answered ${status}.`);
}

const pages = ['/', '/?status=failed', '/failures', '/sla', '/system'] as const;

async function look(url: string, token: string, random: Random): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(url + random.pick(pages), { headers });
  await answer.text();
  if (!answer.ok) throw new Error(`A page was answered ${answer.status}.`);
}

interface Visit {
  url: string;
  token: string;
  random: Random;
  signal: AbortSignal;
}

/** A browser that stays on the board for a while, goes, and comes back. */
async function visit({ url, token, random, signal }: Visit): Promise<void> {
  while (!signal.aborted) {
    const stream = await openBoardStream(url, token);
    await pause(random.whole(5_000, 30_000), undefined, { signal }).catch(() => undefined);
    stream.close();
  }
}

/** Waits until no document is under way; how many there are, and how many never ended. */
async function settled(sql: Sql): Promise<{ all: number; left: number }> {
  for (const latest = performance.now() + 120_000; ;) {
    const [row] = await sql<{ all: number; left: number }[]>`
      SELECT count(*)::int AS all,
        count(*) FILTER (WHERE status NOT IN ('completed', 'failed'))::int AS left
      FROM document_board`;
    if (row?.left === 0 || performance.now() > latest) return row ?? { all: 0, left: 0 };
    await pause(500);
  }
}

async function measure(pid: number, sql: Sql): Promise<Measured> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const handles = await readdir(`/proc/${pid}/fd`);
  const [row] = await sql<{ connections: number; jobs: number; dead: number }[]>`
    SELECT (SELECT count(*)::int FROM pg_stat_activity
            WHERE datname = current_database() AND application_name <> 'bench') AS connections,
      (SELECT count(*)::int FROM pgboss.job WHERE state IN ('created', 'retry', 'active')) AS jobs,
      (SELECT (100 * sum(n_dead_tup) / greatest(sum(n_live_tup), 1))::float8
       FROM pg_stat_user_tables) AS dead`;
  return {
    'memory of the server': Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024,
    'file handles of the server': handles.length,
    'connections to the database': row?.connections ?? 0,
    'jobs that wait or run': row?.jobs ?? 0,
    'dead rows': row?.dead ?? 0,
  };
}
