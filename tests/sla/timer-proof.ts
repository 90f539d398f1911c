import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../shared/database.ts';
import { documentStream } from '../../shared/event.ts';
import { eventCatalogue } from '../../shared/event-catalogue.ts';
import { createEventStore, type EventStore } from '../../shared/event-store.ts';
import { newId } from '../../shared/ids.ts';
import { DocumentReceived } from '../../slices/receive-document/events.ts';
import { SlaTargetsChanged } from '../../slices/sla-tracking/events.ts';
import { TARGETS_STREAM } from '../../slices/sla-tracking/targets/target.ts';
import { eventsOf, stepSlices } from '../../slices/slices.ts';
import { createRandom, newSeed, type Random } from '../crash/random.ts';
import { waitUntilLevel } from '../crash/read-models.ts';
import { startServer, type ServerProcess } from '../crash/server-process.ts';
import { until } from '../crash/until.ts';
import { setClock } from '../kernel.ts';

const MAIN = 'tests/sla/main.ts';
const START = Date.UTC(2030, 0, 1);
/** What is promised by label, in milliseconds; primes, so that hardly two fall due at once. */
const PROMISES = [61_001, 67_003, 71_011, 73_013, 79_031, 83_047, 89_051, 97_003, 101_009, 103_007];
/** Percent of a target at which something is said; 100: it is breached. */
const MARKS = [50, 75, 90, 100];
const CHUNK = 100;
/** All are received before the first falls due. */
const CHUNK_EVERY_MS = 101;

/** What the proof did. */
export interface TimerFigures {
  seed: number;
  documents: number;
  said: number;
  kills: number;
}

/** What is or should be said: of which document, at which percent, and when it was due. */
interface Said {
  id: string;
  percent: number;
  dueAt: number;
}

/**
 * Has documents fall due under a clock that the proof moves: at first before one server, then before
 * two of which one is killed (kill -9) between due and said, again and again.
 * @throws AssertionError when something was said early, twice, out of order or not at all
 */
export async function proveTimers(options: {
  databaseUrl: string;
  documents: number;
  kills: number;
  seed?: number;
}): Promise<TimerFigures> {
  const { databaseUrl, documents, kills, seed = newSeed() } = options;
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'doctrail-timers-'));
  const database = openDatabase(databaseUrl, { name: 'proof', max: 2 });
  const store = createEventStore(database.sql, eventCatalogue(eventsOf(stepSlices)));
  const servers: ServerProcess[] = [];
  const start = async () => {
    const environment = { DATABASE_URL: databaseUrl, DATA_DIR: folder, ROLE: 'worker' };
    const secret = { SECRET_KEY: 'a secret key for clocks that are moved' };
    servers.push(await startServer({ ...environment, ...secret }, MAIN));
  };
  try {
    await setClock(database, START);
    await start();
    await promise(store);
    const expected = await receive(database, store, documents);
    const times = expected.map(({ dueAt }) => dueAt).toSorted((one, other) => one - other);
    const [half = 0, last = 0] = [times[Math.floor(times.length / 2)], times.at(-1)];

    await waitUntilLevel(database);
    for (const part of [1, 2, 3]) await passTo(database, START + ((half - START) * part) / 3);
    const alone = await readSaid(database);
    assert.deepEqual(alone, alone.toSorted(byTime), 'One server said something out of order');

    await start();
    for (let kill = 1; kill <= kills; kill += 1) {
      const before = await countSaid(database);
      await setClock(database, half + ((last + 1 - half) * kill) / kills);
      await killWhileSaying(database, servers, before, random);
      await start();
    }
    await passTo(database, last + 1);

    const said = await readSaid(database);
    assert.deepEqual(said.map(nameOf).toSorted(), expected.map(nameOf).toSorted());
    for (const own of Map.groupBy(said, ({ id }) => id).values())
      assert.deepEqual(own, own.toSorted(byTime), `${own[0]?.id} was told out of order`);
    for (const server of servers.filter(({ alive }) => alive)) assert.equal(await server.stop(), 0);
    return { seed, documents, said: said.length, kills };
  } catch (error) {
    const words = servers.map((server) => server.output()).join('\n');
    throw new Error(`With seed ${seed}: ${String(error)}\n${words}`, { cause: error });
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const byTime = (one: Said, other: Said) => one.dueAt - other.dueAt;
const nameOf = ({ id, percent, dueAt }: Said) => `${id} ${percent} % at ${dueAt}`;
const metadata = { correlation: newId(), causation: null, actor: 'user:proof', command: 'proof' };

async function promise(store: EventStore): Promise<void> {
  const nothing = { stepMs: null, steps: {}, calendar: { kind: 'always' as const } };
  const targets = PROMISES.map((documentMs, index) => {
    const label = String(index);
    return { name: label, source: null, label, documentMs, ...nothing };
  });
  const changed = { targets, default: { documentMs: null, ...nothing }, reason: 'a proof' };
  const events = [SlaTargetsChanged(changed)];
  await store.append({ stream: TARGETS_STREAM, expected: null, events, metadata });
}

/** Receives documents, some at a time while the clock goes on, and gives what is to be said of them. */
async function receive(database: Database, store: EventStore, count: number): Promise<Said[]> {
  const file = { claimedMediaType: 'text/plain', bytes: 1, sha256: '0'.repeat(64), source: null };
  const plan = stepSlices.map(({ step }) => step.slug);
  const expected: Said[] = [];
  for (let start = 0; start < count; start += CHUNK) {
    const at = START + (start / CHUNK) * CHUNK_EVERY_MS;
    await setClock(database, at);
    const indexes = Array.from(
      { length: Math.min(CHUNK, count - start) },
      (_, each) => start + each,
    );
    const writes = indexes.map((index) => {
      const [id, kind] = [newId(), index % PROMISES.length];
      const targetMs = PROMISES[kind] ?? 0;
      for (const percent of MARKS)
        expected.push({ id, percent, dueAt: Math.trunc(at + (targetMs * percent) / 100) });
      const rest = { fileName: `${index}.txt`, label: String(kind), duplicateOf: null, plan };
      const events = [DocumentReceived({ ...file, ...rest })];
      return { stream: documentStream(id), expected: 0, events, metadata };
    });
    await store.append(...writes);
  }
  return expected;
}

/** Moves the clock, and waits until everything was said that is due by then. */
async function passTo(database: Database, at: number): Promise<void> {
  await setClock(database, at);
  await until('everything to be said', async () => {
    const [row] = await database.sql`
      SELECT count(*)::int AS left FROM sla_tracking WHERE next_due_at < doctrail_now()`;
    return row?.['left'] === 0;
  });
  await waitUntilLevel(database);
}

/** Kills one of the two that live as soon as some of what is due was said, however much. */
async function killWhileSaying(
  database: Database,
  servers: readonly ServerProcess[],
  before: number,
  random: Random,
): Promise<void> {
  const [row] = await database.sql`
    SELECT count(*)::int AS due FROM sla_tracking WHERE next_due_at < doctrail_now()`;
  const some = random.whole(0, Number(row?.['due'] ?? 0));
  await until('some of it to be said', async () => (await countSaid(database)) - before >= some);
  const living = servers.filter(({ alive }) => alive);
  await living[random.whole(0, living.length - 1)]?.kill();
}

const FACTS = ['SlaWarningRaised', 'SlaBreached'];

async function countSaid({ sql }: Database): Promise<number> {
  const [row] = await sql`SELECT count(*)::int AS count FROM events WHERE type = ANY (${FACTS})`;
  return Number(row?.['count']);
}

/** What was said, in the order of the log. @throws AssertionError when something was said early */
async function readSaid({ sql }: Database): Promise<Said[]> {
  const rows = await sql<{ id: string; percent: number; dueAt: string; storedAt: Date }[]>`
    SELECT replace(stream, 'document-', '') AS id, coalesce((data ->> 'percent')::int, 100) AS percent,
      data ->> 'dueAt' AS "dueAt", stored_at AS "storedAt"
    FROM events WHERE type = ANY (${FACTS}) ORDER BY position`;
  return rows.map(({ id, percent, dueAt, storedAt }) => {
    const due = Date.parse(dueAt);
    assert.ok(storedAt.getTime() > due, `${id} was told of ${percent} % before it was due`);
    return { id, percent, dueAt: due };
  });
}
