import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '../../shared/database.ts';
import { load, type Contender, type Sample } from './bench.ts';
import { findPgbench } from './machine.ts';
import type { Workbench } from './workbench.ts';

/** The least that storing an event can be: one INSERT for each, into a table with the same indexes. */
export interface InsertLimit {
  name: string;
  contender(how: { callers: number; seconds: number }): Contender;
}

const TABLE = `
  CREATE TABLE limit_events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    stream text NOT NULL DEFAULT gen_random_uuid(),
    version integer NOT NULL,
    type text NOT NULL,
    schema_version smallint NOT NULL DEFAULT 1,
    data jsonb NOT NULL,
    metadata jsonb NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (stream, version)
  )`;
// No colon before a letter: `:word` is a variable of pgbench.
const INSERT = `INSERT INTO limit_events (version, type, data, metadata) VALUES (1, 'Opened',
  '{"name": "${'x'.repeat(290)}"}',
  '{"correlation": "0190a6c0-0000-7000-8000-000000000001", "causation": null, "actor": "user bench", "command": "append"}');`;

/** Made by pgbench where the machine has it, because it costs less than any loop of ours. */
export async function insertLimit(workbench: Workbench): Promise<InsertLimit> {
  const url = await workbench.createDatabase();
  const sql = connect(url, { max: 64 });
  workbench.after(() => sql.end());
  await sql.unsafe(TABLE);
  if ((await findPgbench()) === null) {
    const run = (how: { callers: number; seconds: number }) => load(how, () => sql.unsafe(INSERT));
    return {
      name: 'INSERT',
      contender: (how) => ({ name: 'INSERT', run: () => run(how) }),
    };
  }
  const contender = (how: { callers: number; seconds: number }): Contender => ({
    name: 'pgbench',
    run: () => runPgbench(workbench.folder, url, how),
  });
  return { name: 'pgbench', contender };
}

async function runPgbench(
  parent: string,
  url: string,
  { callers, seconds }: { callers: number; seconds: number },
): Promise<Sample> {
  const folder = await mkdtemp(join(parent, 'pgbench-'));
  try {
    await writeFile(join(folder, 'insert.sql'), INSERT);
    const { hostname, username, pathname } = new URL(url);
    const whole = Math.max(1, Math.round(seconds));
    const how = ['-n', '-M', 'prepared', '-f', 'insert.sql', '-l', '-T', String(whole)];
    const clients = ['-c', String(callers), '-j', String(Math.min(callers, 2))];
    const where = ['-h', decodeURIComponent(hostname), '-U', username, pathname.slice(1)];
    await promisify(execFile)('pgbench', [...how, ...clients, ...where], { cwd: folder });
    const latencies = await readLog(folder);
    return { rate: latencies.length / whole, latencies };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds of every transaction: the third column of its log, which has microseconds. */
async function readLog(folder: string): Promise<number[]> {
  const logs = (await readdir(folder)).filter((name) => name.startsWith('pgbench_log'));
  const texts = await Promise.all(logs.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => text.trim().split('\n'))
    .map((line) => Number(line.split(' ')[2]) / 1_000);
}
