import { and, asc, desc, eq, gt, gte, lt, lte, type SQL } from 'drizzle-orm';
import type { Database } from '../../../shared/database.ts';
import { documentStream } from '../../../shared/event.ts';
import { endpointStream } from '../endpoint/endpoint.ts';
import { deliveriesModel, type DeliveryRecord, type DeliveryState } from './table.ts';

export interface DeliveryQueries {
  /** Of one endpoint, newest message first, those before a position. */
  page(
    endpoint: string,
    filter: { state: DeliveryState | null; before: number | null },
    limit: number,
  ): Promise<{ records: DeliveryRecord[]; hasOlder: boolean }>;
  find(endpoint: string, messageId: string): Promise<DeliveryRecord | undefined>;
  /** How many were given up at a time or later. */
  failedSince(endpoint: string, since: Date): Promise<number>;
  /** Given up in a time, oldest message first, those behind a position. */
  failedWithin(
    endpoint: string,
    period: { from: Date; to: Date },
    after: number,
    limit: number,
  ): Promise<DeliveryRecord[]>;
}

/** Where the facts of a delivery stand. */
export const streamOf = ({ document, id }: Pick<DeliveryRecord, 'document' | 'id'>): string =>
  document ? documentStream(document) : endpointStream(id);

export function createDeliveryQueries({ db }: Database): DeliveryQueries {
  const { endpoint: to, state: inState, position, messageId: message, endedAt } = deliveriesModel;
  const select = (...where: (SQL | undefined)[]) =>
    db
      .select()
      .from(deliveriesModel)
      .where(and(...where))
      .$dynamic();

  return {
    async page(endpoint, { state, before }, limit) {
      const found = await select(
        eq(to, endpoint),
        state ? eq(inState, state) : undefined,
        before === null ? undefined : lt(position, before),
      )
        .orderBy(desc(position))
        .limit(limit + 1);
      return { records: found.slice(0, limit), hasOlder: found.length > limit };
    },
    async find(endpoint, messageId) {
      const [found] = await select(eq(to, endpoint), eq(message, messageId)).limit(1);
      return found;
    },
    failedSince: (endpoint, since) =>
      db.$count(deliveriesModel, and(eq(to, endpoint), eq(inState, 'failed'), gte(endedAt, since))),
    failedWithin: (endpoint, { from, to: until }, after, limit) =>
      select(
        eq(to, endpoint),
        eq(inState, 'failed'),
        gt(position, after),
        gte(endedAt, from),
        lte(endedAt, until),
      )
        .orderBy(asc(position))
        .limit(limit),
  };
}
