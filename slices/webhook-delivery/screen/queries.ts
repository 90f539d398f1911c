import { eq } from 'drizzle-orm';
import type { Database } from '../../../shared/database.ts';
import type { DeliveryRecord, DeliveryState } from '../delivery/table.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { endpointsModel, type EndpointRecord } from '../endpoint/read-model.ts';

/** Which deliveries are asked for; null: all. */
export interface DeliveryFilter {
  endpoint: string | null;
  state: DeliveryState | null;
  rule: string | null;
}

/** The place of a delivery among all: newest message first. */
export interface DeliveryCursor {
  position: number;
  endpoint: string;
}

type Told =
  | 'document'
  | 'messageId'
  | 'endpoint'
  | 'rule'
  | 'state'
  | 'attempts'
  | 'nextTryAt'
  | 'lastStatus'
  | 'lastError'
  | 'addressedAt'
  | 'attemptedAt'
  | 'endedAt'
  | 'position';

/** A delivery as a list shows it, with what it is about and where it goes. */
export interface ListedDelivery extends Pick<DeliveryRecord, Told> {
  /** null: a test, or erased. */
  fileName: string | null;
  url: string | null;
  description: string | null;
  endpointState: Endpoint['state'];
}

/** How many wait, and how many were given up. */
export type OpenCounts = Record<Exclude<DeliveryState, 'delivered'>, number>;

export interface ScreenQueries {
  /** Null: there never was one. Removed ones are still known. */
  endpoint(id: string): Promise<EndpointRecord | null>;
  /** Of a document; null once it was erased. */
  fileName(document: string): Promise<string | null>;
  deliveries(
    filter: DeliveryFilter,
    before: DeliveryCursor | null,
    limit: number,
  ): Promise<{ deliveries: ListedDelivery[]; hasMore: boolean }>;
  /** By endpoint; delivered ones are too many to be counted for every look. */
  counts(endpoints: readonly string[]): Promise<ReadonlyMap<string, OpenCounts>>;
}

export function createScreenQueries({ sql, db }: Database): ScreenQueries {
  return {
    async endpoint(id) {
      const [row] = await db.select().from(endpointsModel).where(eq(endpointsModel.id, id));
      return row ?? null;
    },
    async fileName(document) {
      const [row] = await sql<{ fileName: string }[]>`
        SELECT file_name AS "fileName" FROM document_board WHERE id = ${document}`;
      return row?.fileName ?? null;
    },
    // Each endpoint's newest by its index, then the newest of these: the cost is that of a page.
    async deliveries({ endpoint, state, rule }, before, limit) {
      const rows = await sql<ListedDelivery[]>`
        SELECT d.document, d.message_id AS "messageId", d.endpoint, d.rule, d.state, d.attempts,
          d.next_try_at AS "nextTryAt", d.last_status AS "lastStatus", d.last_error AS "lastError",
          d.addressed_at AS "addressedAt", d.attempted_at AS "attemptedAt",
          d.ended_at AS "endedAt", d.position::float8 AS position,
          b.file_name AS "fileName", d.url, d.description, d."endpointState"
        FROM (
          SELECT found.*, e.url, e.description, e.state AS "endpointState"
          FROM webhook_endpoints e
          CROSS JOIN LATERAL (
            SELECT * FROM webhook_deliveries m WHERE m.endpoint = e.id
              ${state ? sql`AND m.state = ${state}` : sql``}
              ${rule ? sql`AND m.rule = ${rule}` : sql``}
              ${before ? earlier(before) : sql``}
            ORDER BY m.position DESC LIMIT ${limit + 1}
          ) found
          ${endpoint ? sql`WHERE e.id = ${endpoint}` : sql``}
          ORDER BY found.position DESC, found.endpoint DESC LIMIT ${limit + 1}
        ) d
        LEFT JOIN document_board b ON b.id = d.document
        ORDER BY d.position DESC, d.endpoint DESC`;
      return { deliveries: rows.slice(0, limit), hasMore: rows.length > limit };
    },
    async counts(endpoints) {
      const rows = await sql<(OpenCounts & { endpoint: string })[]>`
        SELECT endpoint, count(*) FILTER (WHERE state = 'pending')::int AS pending,
          count(*) FILTER (WHERE state = 'retrying')::int AS retrying,
          count(*) FILTER (WHERE state = 'failed')::int AS failed
        FROM webhook_deliveries
        WHERE endpoint = ANY (${[...endpoints]}::uuid[])
          AND state = ANY (ARRAY['pending', 'retrying', 'failed'])
        GROUP BY endpoint`;
      return new Map(rows.map(({ endpoint, ...counts }) => [endpoint, counts]));
    },
  };

  // The first of the two comparisons is the one that the index serves.
  function earlier({ position, endpoint }: DeliveryCursor) {
    return sql`AND m.position <= ${position}
      AND (m.position, m.endpoint) < (${position}::bigint, ${endpoint}::uuid)`;
  }
}
