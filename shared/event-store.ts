import { sql as statement } from 'drizzle-orm';
import type { Sql } from 'postgres';
import { grouped } from './grouped.ts';
import { newId } from './ids.ts';
import { withOrigin } from './origin.ts';
import type { EventCatalogue } from './event-catalogue.ts';
import type { EventMetadata, NewEvent, StoredEvent } from './event.ts';
import { executePrepared } from './prepared.ts';
import type { Transaction } from './subscription.ts';

/** What one caller wants appended to one stream. `expected`: the stream's version (0 = it does not exist), null = any. */
export interface StreamWrite {
  stream: string;
  expected: number | null;
  events: readonly NewEvent[];
  metadata: EventMetadata;
}

/** Somebody else appended to the stream first: read it again and decide again. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';
  readonly stream: string;
  readonly expected: number;
  readonly actual: number;

  constructor(stream: string, expected: number, actual: number) {
    super(
      `Stream ${stream} is at version ${actual}, not at ${expected}: read it and decide again.`,
    );
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/** What became of one caller's request: its events, or the conflict because of which nothing was stored. */
export interface Appended {
  events: StoredEvent[];
  /** Stored by this append, not by an earlier one of the same ids. */
  isNew: boolean;
  conflict?: VersionConflict;
}

/** Runs `append_events` with the requests as JSON, wherever the caller wants it run (a pool, a transaction). */
export type AppendFunction = (requests: string) => Promise<Verdict[]>;

type Verdict =
  | { appended: [id: string, position: number, version: number][]; storedAt: string }
  | { known: [id: string, position: number, version: number, storedAt: string][] }
  | { conflict: { stream: string; expected: number; actual: number } }
  | { partial: string[] };

export interface EventStore {
  /**
   * Appends all writes or none, in one round trip, grouped with what others append at the same
   * moment. Events whose ids are all stored already give the first result again.
   * @throws VersionConflict when a stream is not at its expected version
   */
  append(...writes: StreamWrite[]): Promise<StoredEvent[]>;
  /** The same inside the caller's transaction, for many callers' requests: a result each. */
  appendIn(run: AppendFunction, requests: readonly StreamWrite[][]): Promise<Appended[]>;
  /** The whole stream, oldest first, newest shapes; empty when there is none. */
  read(stream: string): Promise<StoredEvent[]>;
  /**
   * Several streams at once; a stream without events maps to an empty list. Through a transaction it
   * gives also what that has appended itself.
   */
  readMany(streams: readonly string[], through?: Transaction): Promise<Map<string, StoredEvent[]>>;
  /** Whether an append of this process outside of transactions is under way. */
  isAppending(): boolean;
  /**
   * Called with every append of this process outside of transactions, in the order of positions, so
   * that its own readers need neither wait to be notified nor read what it has just written.
   */
  onAppended(listener: (events: readonly StoredEvent[]) => void): void;
}

interface Waiting {
  request: StreamWrite[];
  resolve(events: StoredEvent[]): void;
  reject(error: unknown): void;
}

/**
 * Whoever has just had an answer, or has a request in the same turn of the event loop, travels along:
 * without it one caller leaves alone and all others wait for two commits.
 */
const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** More callers than this travel in the next group: keeps a group's locks and its statement small. */
const LARGEST_GROUP = 128;

export function createEventStore(sql: Sql, catalogue: EventCatalogue): EventStore {
  const listeners: ((events: readonly StoredEvent[]) => void)[] = [];
  const waiting: Waiting[] = [];
  let writing = false;

  const run: AppendFunction = async (requests) => {
    const [row] = await sql`SELECT append_events(${requests}::text::jsonb) AS verdicts`;
    return row?.verdicts as Verdict[];
  };

  async function writeGroup(group: Waiting[]): Promise<void> {
    try {
      const results = await appendIn(
        run,
        group.map((caller) => caller.request),
      );
      const fresh = results.flatMap((result) => (result.isNew ? result.events : []));
      for (const listener of listeners) listener(fresh);
      group.forEach((caller, index) => settle(caller, results[index]));
    } catch (error) {
      // A unique violation (the same event id in two streams at once) fails the whole group:
      // alone, each caller gets its own verdict.
      if (group.length === 1) group[0]?.reject(error);
      else for (const caller of group) await writeGroup([caller]);
    }
  }

  async function drain(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      await nextTurn();
      await writeGroup(waiting.splice(0, LARGEST_GROUP));
    }
    writing = false;
  }

  async function appendIn(append: AppendFunction, requests: readonly StreamWrite[][]) {
    const prepared = requests.map((writes) => ({ writes: writes.map(withIds) }));
    for (const { writes } of prepared)
      for (const event of writes.flatMap(({ events }) => events)) catalogue.check(event);
    const sent = JSON.stringify(prepared);
    const verdicts = await append(sent);
    // What is given back is what the log gives whoever reads it.
    const told = JSON.parse(sent) as typeof prepared;
    return told.map(({ writes }, index) => resultOf(writes, verdicts[index]));
  }

  async function readMany(streams: readonly string[], through?: Transaction) {
    const found = new Map<string, StoredEvent[]>(streams.map((stream) => [stream, []]));
    const names = [...found.keys()];
    const rows = through
      ? await executePrepared<EventRow>(
          through,
          statement`
          SELECT * FROM events WHERE stream = ANY (${statement.param(names)})
          ORDER BY stream, version`,
        )
      : await sql<EventRow[]>`
          SELECT * FROM events WHERE stream = ANY (${names}) ORDER BY stream, version`;
    for (const row of rows) found.get(row.stream)?.push(catalogue.upcast(fromRow(row)));
    return found;
  }

  const readTogether = grouped<string, Map<string, StoredEvent[]>>((streams) => readMany(streams));

  return {
    append: (...writes) =>
      new Promise((resolve, reject) => {
        const request = writes.map(fromHere);
        waiting.push({ request, resolve, reject });
        if (!writing) void drain();
      }),
    appendIn,
    read: async (stream) => (await readTogether(stream)).get(stream) ?? [],
    readMany,
    isAppending: () => writing,
    onAppended: (listener) => void listeners.push(listener),
  };
}

/** A row of the table `events` as the driver gives it; drizzle leaves times as text. */
export interface EventRow {
  position: string;
  id: string;
  stream: string;
  version: number;
  type: string;
  schema_version: number;
  data: Record<string, unknown>;
  metadata: EventMetadata;
  stored_at: Date | string;
}

export function fromRow(row: EventRow): StoredEvent {
  return {
    position: Number(row.position),
    id: row.id,
    stream: row.stream,
    version: row.version,
    type: row.type,
    schemaVersion: row.schema_version,
    data: row.data,
    metadata: row.metadata,
    storedAt: new Date(row.stored_at),
  };
}

/** Kept now: the group is written in whichever caller's context it happens to be. */
const fromHere = (write: StreamWrite): StreamWrite => ({
  ...write,
  metadata: withOrigin(write.metadata),
});

/** For `appendIn`: appends inside a transaction, which decides whether it counts. */
export function appendThrough(tx: Transaction): AppendFunction {
  return async (requests) => {
    const [row] = await executePrepared<{ verdicts: Verdict[] }>(
      tx,
      statement`SELECT append_events(${requests}::text::jsonb) AS verdicts`,
    );
    return row?.verdicts ?? [];
  };
}

function withIds(write: StreamWrite) {
  const events = write.events.map((event) => ({
    ...event,
    id: event.id ?? newId(),
    metadata: write.metadata,
  }));
  return { ...write, events };
}

function resultOf(writes: ReturnType<typeof withIds>[], verdict: Verdict | undefined): Appended {
  if (!verdict) throw new Error('append_events gave no verdict for a request.');
  if ('conflict' in verdict) {
    const { stream, expected, actual } = verdict.conflict;
    return { events: [], isNew: false, conflict: new VersionConflict(stream, expected, actual) };
  }
  if ('partial' in verdict) {
    throw new Error(
      `Some events of this append are stored already (${verdict.partial.join(', ')}), some are not: their ids are not derived from one cause.`,
    );
  }
  const events = writes.flatMap((write) =>
    write.events.map((event) => ({ ...event, stream: write.stream })),
  );
  const isNew = 'appended' in verdict;
  const stored =
    'known' in verdict
      ? verdict.known
      : verdict.appended.map(
          ([id, position, version]) => [id, position, version, verdict.storedAt] as const,
        );
  return {
    isNew,
    events: stored.map(([id, position, version, storedAt], index) => {
      const event = events[index];
      if (!event || event.id !== id) throw new Error('append_events answered in another order.');
      const data = event.data as StoredEvent['data'];
      return { ...event, data, position, version, storedAt: new Date(storedAt) };
    }),
  };
}

function settle(caller: Waiting, result: Appended | undefined): void {
  if (!result || result.conflict) caller.reject(result?.conflict);
  else caller.resolve(result.events);
}
