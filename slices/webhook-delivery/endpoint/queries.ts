import { asc, eq, ne } from 'drizzle-orm';
import type { Database } from '../../../shared/database.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import { isLevel } from '../until-level.ts';
import { noSuchEndpoint } from './commands.ts';
import { endpointOf, endpointStream } from './endpoint.ts';
import { endpointsModel, endpointsProjection, type EndpointRecord } from './read-model.ts';

export interface EndpointQueries {
  /** All that were not removed, in the order in which they were added. */
  list(): Promise<EndpointRecord[]>;
  /** @throws Problem 404 without such an endpoint, or when it was removed */
  one(id: string): Promise<EndpointRecord>;
  /** Waits until the table has what was said of the endpoint, a second at most. */
  untilShown(id: string): Promise<void>;
}

const SHOWN_WITHIN_MS = 1_000;

export function createEndpointQueries(database: Database, store: EventStore): EndpointQueries {
  const { db } = database;
  return {
    list: () =>
      db
        .select()
        .from(endpointsModel)
        .where(ne(endpointsModel.state, 'removed'))
        .orderBy(asc(endpointsModel.position)),
    async one(id) {
      // The table may lag: what was removed is gone at once.
      const endpoint = endpointOf(await store.read(endpointStream(id)));
      if (!endpoint || endpoint.state === 'removed') throw noSuchEndpoint();
      const [row] = await db.select().from(endpointsModel).where(eq(endpointsModel.id, id));
      if (!row) throw noSuchEndpoint();
      return row;
    },
    async untilShown(id) {
      const last = (await store.read(endpointStream(id))).at(-1);
      await isLevel(database, endpointsProjection, last?.position ?? 0, SHOWN_WITHIN_MS);
    },
  };
}
