import { sql } from 'drizzle-orm';
import type { Sql } from 'postgres';
import { executePrepared } from './prepared.ts';
import type { Checkpoint, Transaction } from './subscription.ts';

/** The channel on which processes tell each other that a live read model has changed. */
export const LIVE_CHANNEL = 'live';

interface CheckpointRow {
  name: string;
  position: string;
  revision: string;
}

const fromRow = ({ position, revision }: CheckpointRow): Checkpoint => ({
  position: Number(position),
  revision: Number(revision),
});

/** Locks the row of a subscription; null when another process has it, or there is none. */
export async function lockCheckpoint(
  tx: Transaction,
  subscription: string,
  waitForIt = false,
): Promise<Checkpoint | null> {
  const [row] = await executePrepared<CheckpointRow>(
    tx,
    sql`
    SELECT name, position, revision FROM subscriptions WHERE name = ${subscription}
    FOR UPDATE ${waitForIt ? sql`` : sql`SKIP LOCKED`}`,
  );
  return row ? fromRow(row) : null;
}

/** The same for many, by name; those that another process has are left out. */
export async function lockCheckpoints(
  tx: Transaction,
  subscriptions: readonly string[],
): Promise<Map<string, Checkpoint>> {
  const rows = await executePrepared<CheckpointRow>(
    tx,
    sql`
    SELECT name, position, revision FROM subscriptions
    WHERE name = ANY (${sql.param(subscriptions)}) FOR UPDATE SKIP LOCKED`,
  );
  return new Map(rows.map((row) => [row.name, fromRow(row)]));
}

/** A checkpoint that moves over events that its subscription does not want. */
export interface Pass {
  name: string;
  from: number;
  to: number;
}

/**
 * Moves checkpoints over events that nobody wants; gives the names of those that were moved. The
 * others are no longer where this process believes them to be, or another one has them.
 */
export async function passCheckpoints(
  sql: Sql,
  passes: readonly Pass[],
): Promise<ReadonlySet<string>> {
  const moved = await sql<{ name: string }[]>`
    UPDATE subscriptions SET position = passed.upto, updated_at = doctrail_now()
    FROM (
      SELECT s.name, given.upto
      FROM unnest(${passes.map(({ name }) => name)}::text[], ${passes.map(({ from }) => from)}::bigint[],
        ${passes.map(({ to }) => to)}::bigint[]) AS given (name, start, upto)
      JOIN subscriptions s ON s.name = given.name AND s.position = given.start
      FOR UPDATE OF s SKIP LOCKED
    ) AS passed WHERE subscriptions.name = passed.name RETURNING subscriptions.name`;
  return new Set(moved.map(({ name }) => name));
}

/** Moves locked checkpoints, by name; whose revision rises is told to browsers. */
export async function writeCheckpoints(
  tx: Transaction,
  checkpoints: ReadonlyMap<string, Checkpoint>,
): Promise<void> {
  const values = [...checkpoints.values()];
  const columns = [
    sql`${sql.param([...checkpoints.keys()])}::text[]`,
    sql`${sql.param(values.map(({ position }) => position))}::bigint[]`,
    sql`${sql.param(values.map(({ revision }) => revision))}::bigint[]`,
  ];
  await executePrepared(
    tx,
    sql`
    WITH moved AS (
      SELECT new.*, new.revision > old.revision AS changed
      FROM unnest(${sql.join(columns, sql`, `)}) AS new (name, position, revision)
      JOIN subscriptions old USING (name)
    ), told AS (
      SELECT pg_notify(${LIVE_CHANNEL}, name) FROM moved WHERE changed
    ), written AS (
      UPDATE subscriptions SET position = moved.position, revision = moved.revision,
        updated_at = doctrail_now()
      FROM moved WHERE subscriptions.name = moved.name
    )
    SELECT count(*) FROM told`,
  );
}
