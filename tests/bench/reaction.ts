import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '../../shared/database.ts';
import { documentOf } from '../../shared/event.ts';
import { newId } from '../../shared/ids.ts';
import { reactorSubscription, type Reactor } from '../../shared/reactor.ts';
import { createSignal } from '../../shared/signal.ts';
import { createWorkQueue, type WorkQueue } from '../../shared/work-queue.ts';
import { Opened, silent, startKernel } from '../kernel.ts';
import { OURS, type Bench, type Contender, type Sample } from './bench.ts';
import { openPgBoss, runGraphile } from './peers.ts';
import type { Workbench } from './workbench.ts';

const A_SECOND = 200;
const CONCURRENCY = 16;
const QUEUE = 'react';
const BOSS = 'pg-boss with NOTIFY';

export const reaction: Bench = {
  about: `milliseconds from storing an event until the handler it asks for runs, ${A_SECOND} a second`,
  async open(workbench) {
    const seconds = workbench.seconds * 2;
    const watch = createStopwatch();
    const parts = { workbench, watch, seconds };
    return [
      {
        name: `${A_SECOND} a second`,
        unit: 'ms',
        contenders: [
          await ours(parts),
          await boss(parts),
          await graphile(parts),
          await byHand(parts),
        ],
        marks: [
          { figure: 'p50', beside: BOSS, most: 1.5 },
          { figure: 'p99', beside: BOSS, most: 1.5 },
        ],
      },
    ];
  },
};

interface Parts {
  workbench: Workbench;
  watch: Stopwatch;
  seconds: number;
}

/** Times what is sent here and arrives somewhere else. */
interface Stopwatch {
  arrived(id: string): void;
  /** Sends so many a second for so long, whether those before have arrived or not, and waits for all. */
  pace(seconds: number, send: (id: string) => Promise<unknown>): Promise<Sample>;
}

function createStopwatch(): Stopwatch {
  const sent = new Map<string, number>();
  const signal = createSignal();
  let latencies: number[] = [];
  return {
    arrived(id) {
      const at = sent.get(id);
      if (at === undefined) return;
      latencies.push(performance.now() - at);
      sent.delete(id);
      signal.wake();
    },
    async pace(seconds, send) {
      latencies = [];
      const begun = performance.now();
      const sending: Promise<unknown>[] = [];
      for (let count = 0; count < seconds * A_SECOND; count += 1) {
        const wait = begun + (count * 1_000) / A_SECOND - performance.now();
        if (wait > 0) await pause(wait);
        const id = newId();
        sent.set(id, performance.now());
        sending.push(send(id));
      }
      await Promise.all(sending);
      while (sent.size > 0) await signal.wait(60_000);
      return { latencies };
    },
  };
}

async function ours({ workbench, watch, seconds }: Parts): Promise<Contender> {
  const url = await workbench.createDatabase();
  let queue: WorkQueue | undefined;
  const reactor: Reactor = {
    name: 'bench',
    on: [Opened],
    states: [],
    react: (_history, { stream, data }) => ({
      jobs: [{ queue: QUEUE, key: documentOf(stream) ?? '', data: { id: data['name'] } }],
    }),
  };
  const kernel = await startKernel(url, ({ database, store, recent }) => {
    queue = createWorkQueue({ database, url, log: silent });
    return [reactorSubscription(reactor, { store, queue, recent })];
  });
  workbench.after(kernel.stop);
  await queue?.start([QUEUE], true);
  workbench.after(async () => queue?.stop());
  queue?.work<{ id: string }>(QUEUE, CONCURRENCY, async ({ id }) => watch.arrived(id));
  const send = (id: string) => kernel.tell(id, Opened({ name: id }));
  return { name: OURS, run: () => watch.pace(seconds, send) };
}

async function boss({ workbench, watch, seconds }: Parts): Promise<Contender> {
  const connectionString = await workbench.createDatabase();
  const boss = await openPgBoss({ connectionString, useListenNotify: true, schedule: false });
  workbench.after(() => boss.stop({ graceful: false }));
  await boss.createQueue(QUEUE, { notify: true });
  await boss.work<{ id: string }>(
    QUEUE,
    { batchSize: CONCURRENCY, notifyPollingIntervalSeconds: 0.5, pollingIntervalSeconds: 0.5 },
    async (jobs) => jobs.forEach(({ data }) => watch.arrived(data.id)),
  );
  const send = (id: string) => boss.send(QUEUE, { id });
  return { name: BOSS, run: () => watch.pace(seconds, send) };
}

async function graphile({ workbench, watch, seconds }: Parts): Promise<Contender> {
  const runner = await runGraphile(await workbench.createDatabase(), CONCURRENCY, {
    [QUEUE]: (payload) => watch.arrived((payload as { id: string }).id),
  });
  workbench.after(() => runner.stop());
  const send = (id: string) => runner.addJob(QUEUE, { id });
  return { name: 'graphile-worker', run: () => watch.pace(seconds, send) };
}

/** A table, a NOTIFY and SKIP LOCKED. */
async function byHand({ workbench, watch, seconds }: Parts): Promise<Contender> {
  const sql = connect(await workbench.createDatabase(), { max: 10 });
  workbench.after(() => sql.end());
  await sql`CREATE TABLE jobs (id uuid PRIMARY KEY)`;
  const take = async () => {
    const taken = await sql<{ id: string }[]>`
      DELETE FROM jobs WHERE id IN (SELECT id FROM jobs LIMIT ${CONCURRENCY} FOR UPDATE SKIP LOCKED)
      RETURNING id`;
    taken.forEach(({ id }) => watch.arrived(id));
  };
  await sql.listen('jobs', () => void take());
  const send = (id: string) =>
    sql`WITH job AS (INSERT INTO jobs VALUES (${id})) SELECT pg_notify('jobs', '')`;
  return { name: 'LISTEN and SKIP LOCKED', run: () => watch.pace(seconds, send) };
}
