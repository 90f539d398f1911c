import { getTableColumns, sql, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Static } from 'typebox';
import { BlobErased, type BlobStore } from './blobs.ts';
import { documentOf, type EventDefinition, type StoredEvent } from './event.ts';
import { insertRows } from './insert-rows.ts';
import { executePrepared, written } from './prepared.ts';
import type { Checkpoint, Handled, Subscription, Transaction } from './subscription.ts';
import { count, tallyIn, type Tally } from './tally.ts';
import { together } from './together.ts';

/** Immutable contents that a fold needs, loaded by the kernel: `blobs.get(sha256)`, nothing once the document was erased. */
export type BlobTexts = ReadonlyMap<string, string>;

/** How one type of event changes a row. Pure: no clock, no I/O. `undefined` = there is no row. */
export interface Fold<Row> {
  event: EventDefinition;
  apply(row: Row | undefined, event: StoredEvent, blobs: BlobTexts): Row | undefined;
  /** Hashes of the blobs that `apply` wants as text. */
  blobs?(event: StoredEvent): string[];
}

/** A table whose rows each fold one stream; `id` is what the stream is about, mostly a document. */
export type ReadModelTable = PgTable & { id: PgColumn };

/**
 * A read model: a table, and folds of events into its rows. A rebuild gives the same rows again,
 * so nothing in a fold may come from today's configuration.
 */
export interface Projection<Row extends { id: string } = { id: string }> {
  name: string;
  /** The drizzle table under a name: the read model's own, or the one it is rebuilt into. */
  table: (name: string) => ReadModelTable;
  tableName: string;
  /** The id of the row that folds a stream, null for a stream that is none of its own; a document's unless told. */
  idOf?: (stream: string) => string | null;
  folds: readonly Fold<Row>[];
  /** Rows carry a `revision` and changes are told to browsers. */
  live?: boolean;
  /**
   * A row too large for one of the table: how it is cut into several of the same `id`, and put
   * together. They are asked for one by one while those before are written, so that cutting a large
   * one keeps nothing else waiting for long.
   */
  parts?: { split(row: Row): Iterable<{ id: string }>; join(parts: Row[]): Row };
  /** Counts over all rows, kept with them. */
  tallies?: readonly Tally<Row>[];
}

/** Types a fold by its event, so that `event.data` is known inside. */
export function on<Row, D extends EventDefinition>(
  event: D,
  apply: (
    row: Row | undefined,
    event: StoredEvent<Static<D['schema']>>,
    blobs: BlobTexts,
  ) => Row | undefined,
  blobs?: (event: StoredEvent<Static<D['schema']>>) => string[],
): Fold<Row> {
  return { event, apply, blobs } as unknown as Fold<Row>;
}

/** Runs a projection: loads the rows that a batch touches in one query, folds, writes them in one statement. */
export function projectionSubscription<Row extends { id: string }>(
  projection: Projection<Row>,
  options: { blobs: BlobStore; name?: string; tableSuffix?: string; committed?: () => void },
): Subscription {
  const { tableSuffix = '' } = options;
  const table = projection.table(projection.tableName + tableSuffix);
  const { load, upsert, remove, replace } = rowsOf(table);
  const { idOf = documentOf } = projection;
  const tallies = (projection.tallies ?? []).map((tally) => tallyIn(tally, tableSuffix));
  const subscriptionName = options.name ?? projection.name;
  const folds = new Map(projection.folds.map((fold) => [fold.event.type, fold]));

  async function handle(
    tx: Transaction,
    events: readonly StoredEvent[],
    locked: Promise<Checkpoint>,
  ): Promise<Handled> {
    const ids = [...new Set(events.map((event) => idOf(event.stream)))].filter((id) => id !== null);
    const [before, checkpoint] = await Promise.all([load(tx, ids), locked]);
    const rows = new Map<string, Row | undefined>();
    for (const [id, parts] of Map.groupBy(before as Row[], (row) => row.id)) {
      rows.set(id, projection.parts ? projection.parts.join(parts) : parts[0]);
    }
    const unchanged = new Map(rows);
    const touched = new Set<string>();
    for (const event of events) {
      const id = idOf(event.stream);
      const fold = folds.get(event.type);
      if (!id || !fold) continue;
      const texts = await loadBlobs(options.blobs, id, fold.blobs?.(event) ?? []);
      rows.set(id, fold.apply(rows.get(id), event, texts));
      touched.add(id);
    }
    const kept = [...touched].map((id) => rows.get(id)).filter((row) => row !== undefined);
    const gone = [...touched].filter((id) => unchanged.has(id) && rows.get(id) === undefined);
    // Events that neither begin a row nor find one.
    if (kept.length + gone.length === 0) return;
    const revision = projection.live ? { revision: checkpoint.revision + 1 } : {};
    const { parts } = projection;
    const known = kept.map((row) => row.id).filter((id) => unchanged.has(id));
    const changes = {
      before: [...touched].map((id) => unchanged.get(id)).filter((row) => row !== undefined),
      after: kept,
    };
    const writes = [remove(tx, gone), ...tallies.flatMap((tally) => count(tx, tally, changes))];
    if (projection.live) {
      if (gone.length > 0) writes.push(reloadPages(tx, checkpoint));
      checkpoint.revision += 1;
    }
    if (parts) {
      await together([...writes, replace(tx, known, Iterator.from(kept).flatMap(parts.split))]);
      return;
    }
    const rowsNow = kept.map((row) => ({ ...row, ...revision }));
    return { writes: [...writes, upsert(tx, rowsNow)] };
  }

  /** A row that is gone cannot be told: pages that may show it are loaded anew. */
  async function reloadPages(tx: Transaction, { revision }: Checkpoint): Promise<void> {
    await executePrepared(
      tx,
      sql`
      UPDATE subscriptions SET reload_below = ${revision + 1} WHERE name = ${subscriptionName}`,
    );
  }

  return {
    name: subscriptionName,
    kind: 'projection',
    types: new Set(folds.keys()),
    handle,
    ...(projection.parts ? { alone: true, most: MOST_LARGE } : {}),
    ...(options.committed ? { committed: options.committed } : {}),
  };
}

async function loadBlobs(blobs: BlobStore, document: string, hashes: string[]): Promise<BlobTexts> {
  const texts = new Map<string, string>();
  for (const hash of hashes) {
    try {
      texts.set(hash, (await blobs.read(document, hash)).toString('utf8'));
    } catch (error) {
      if (!(error instanceof BlobErased)) throw error;
    }
  }
  return texts;
}

/** Reads and writes rows of a read model, by statements that are written once. */
function rowsOf(table: ReadModelTable) {
  const columns = Object.entries(getTableColumns(table));
  const each = (write: (name: SQL) => SQL) =>
    sql.join(
      columns.map(([, { name }]) => write(sql`${sql.identifier(name)}`)),
      sql`, `,
    );
  const selected = written(sql`SELECT ${each((name) => name)} FROM ${table}`);
  const updated = written(sql`
    ON CONFLICT (id) DO UPDATE SET ${each((name) => sql`${name} = excluded.${name}`)}`);

  async function remove(tx: Transaction, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await executePrepared(tx, sql`DELETE FROM ${table} WHERE id = ANY (${sql.param(ids)})`);
  }

  return {
    remove,
    async load(tx: Transaction, ids: readonly string[]): Promise<{ id: string }[]> {
      if (ids.length === 0) return [];
      const rows = await executePrepared<Record<string, unknown>>(
        tx,
        sql`${selected} WHERE id = ANY (${sql.param(ids)})`,
      );
      return rows.map((row) =>
        Object.fromEntries(
          columns.map(([key, column]) => [key, fromDriver(column, row[column.name])]),
        ),
      ) as { id: string }[];
    },
    async upsert(tx: Transaction, rows: readonly { id: string }[]): Promise<void> {
      if (rows.length > 0) await executePrepared(tx, sql`${insertRows(table, rows)}${updated}`);
    },
    /** Writes all parts of rows anew: those there were before may have been more. */
    async replace(
      tx: Transaction,
      before: readonly string[],
      parts: IteratorObject<{ id: string }>,
    ): Promise<void> {
      await remove(tx, before);
      for (let some = take(parts); some.length > 0; some = take(parts))
        await executePrepared(tx, insertRows(table, some));
    },
  };
}

const fromDriver = (column: PgColumn, value: unknown) =>
  value === null ? null : column.mapFromDriverValue(value);

/** Parts are large: so many are written at once, and rows of them come of so many events in memory. */
const PARTS = 20;
const MOST_LARGE = 1_000;

function take<T>(from: Iterator<T>): T[] {
  const taken: T[] = [];
  while (taken.length < PARTS) {
    const { done, value } = from.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/**
 * The row that a projection makes of one stream's history: the same fold as the table's, for whoever
 * cannot wait for the table, or wants to know what it looked like at a time (cut the history there).
 */
export async function foldHistory<Row extends { id: string }>(
  projection: Projection<Row>,
  history: readonly StoredEvent[],
  blobs: BlobStore,
): Promise<Row | undefined> {
  const folds = new Map(projection.folds.map((fold) => [fold.event.type, fold]));
  let row: Row | undefined;
  for (const event of history) {
    const fold = folds.get(event.type);
    const document = documentOf(event.stream);
    if (!fold || !document) continue;
    row = fold.apply(row, event, await loadBlobs(blobs, document, fold.blobs?.(event) ?? []));
  }
  return row;
}
