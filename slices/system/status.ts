import type { Config } from '../../shared/config.ts';
import type { SocketAddress } from '../../shared/config-variable.ts';
import type { Database } from '../../shared/database.ts';
import type { Runtime } from '../../shared/runtime.ts';
import { rebuildName } from '../../shared/rebuild.ts';
import { weaknesses } from '../../shared/sandbox/isolation.ts';
import type { Sandbox } from '../../shared/sandbox/sandbox.ts';
import type { RowCount, SubscriptionData, SystemPageData } from './system-view.ts';

interface SubscriptionRow {
  name: string;
  position: string;
  parked: { stream: string; error: string }[] | null;
}

/** What the system is doing, for its page and for Prometheus alike. */
export interface SystemStatus {
  read(canRebuild: boolean): Promise<SystemPageData>;
}

export function createSystemStatus(
  database: Database,
  runtime: Runtime,
  sandbox: Sandbox,
  { clamd }: Pick<Config, 'clamd'>,
): SystemStatus {
  const { sql } = database;
  const projections = runtime.slices.flatMap((slice) => slice.projections ?? []);

  async function subscriptions(head: number): Promise<Map<string, SubscriptionData>> {
    const rows = await sql<SubscriptionRow[]>`
      SELECT s.name, s.position,
        json_agg(json_build_object('stream', p.stream, 'error', split_part(p.error, E'\n', 1)))
          FILTER (WHERE p.stream IS NOT NULL) AS parked
      FROM subscriptions s LEFT JOIN parked_streams p ON p.subscription = s.name
      GROUP BY s.name ORDER BY s.name`;
    const kinds = new Map<string, string>(
      runtime.subscriptions.map(({ name, kind }) => [name, kind]),
    );
    return new Map(
      rows.map(({ name, position, parked }) => [
        name,
        {
          name,
          kind: kinds.get(name) ?? 'rebuild',
          checkpoint: Number(position),
          lag: Math.max(0, head - Number(position)),
          parked: parked ?? [],
        },
      ]),
    );
  }

  async function readModels(known: ReadonlyMap<string, SubscriptionData>, head: number) {
    return Promise.all(
      projections.map(async ({ name, tableName }) => {
        const rebuild = known.get(rebuildName(name));
        return {
          name,
          rows: await countRows(database, tableName),
          rebuild: rebuild ? { done: Number(rebuild.checkpoint), total: Math.max(1, head) } : null,
        };
      }),
    );
  }

  return {
    async read(canRebuild) {
      const [newest] = await sql<
        { head: string }[]
      >`SELECT coalesce(max(position), 0) AS head FROM events`;
      const head = Number(newest?.head);
      const known = await subscriptions(head);
      return {
        head,
        subscriptions: [...known.values()],
        queues: (await runtime.queue.status()).map(({ oldestWaiting, ...queue }) => ({
          ...queue,
          oldestAt: oldestWaiting,
        })),
        browsers: runtime.streams.count(),
        readModels: await readModels(known, head),
        parsers: { weaknesses: weaknesses(await sandbox.isolation()) },
        clamd: clamd && placeOf(clamd.address),
        events: catalogue(runtime),
        canRebuild,
        revision: head,
        now: new Date(),
      };
    },
  };
}

const placeOf = (address: SocketAddress): string =>
  'path' in address ? address.path : `${address.host}:${address.port}`;

/** Tables up to this size are counted, which takes a millisecond or two; larger ones are estimated. */
const COUNTED_ROWS = 10_000;

/** Before the first ANALYZE `reltuples` is -1; what was inserted and deleted is known at all times. */
async function countRows({ sql }: Database, table: string): Promise<RowCount> {
  const [row] = await sql<{ counted: number; estimated: number }[]>`
    SELECT (SELECT count(*)::int FROM (SELECT FROM ${sql(table)} LIMIT ${COUNTED_ROWS + 1}) AS most) AS counted,
      greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::float8 AS estimated
    FROM pg_class c WHERE c.oid = ${table}::regclass`;
  const counted = row?.counted ?? 0;
  if (counted <= COUNTED_ROWS) return { about: counted, exact: true };
  return { about: Math.max(counted, row?.estimated ?? 0), exact: false };
}

function catalogue({ slices, subscriptions }: Runtime) {
  return slices.flatMap((slice) =>
    (slice.events ?? []).map(({ type }) => ({
      type,
      slice: slice.name,
      listeners: subscriptions.filter(({ types }) => types.has(type)).map(({ name }) => name),
    })),
  );
}
