import { Type } from 'typebox';
import type { BlobStore } from '../../shared/blobs.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { HealthBook } from './delivery/health.ts';
import type { DeliveryQueries } from './delivery/queries.ts';
import type { Resends } from './delivery/resend.ts';
import type { Endpoints } from './endpoint/commands.ts';
import type { EndpointQueries } from './endpoint/queries.ts';
import type { EndpointRecord } from './endpoint/read-model.ts';
import type { Clock } from './ports.ts';

// What the addresses of endpoints and deliveries have in common.

/** In the words of whoever acts: it becomes part of the history. */
export const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' });
export const Description = Type.String({ maxLength: 200 });
/** What is wrong with it is told by a sentence, not by a schema. */
export const Url = Type.String({ maxLength: 10_000 });
export const Id = Type.String({ format: 'uuid' });
export const MessageId = Type.String({ minLength: 1, maxLength: 200 });

export const API = '/api/notification-endpoints';
export const params = Type.Object({ id: Id });
export const messageParams = Type.Object({ id: Id, messageId: MessageId });
export const why = Type.Object({ reason: Reason });

export interface WebhookParts {
  endpoints: Endpoints;
  endpointQueries: EndpointQueries;
  deliveries: DeliveryQueries;
  resends: Resends;
  health: HealthBook;
  /** By endpoint: how many deliveries its newest recovery has had sent again. */
  resent(endpoints: readonly EndpointRecord[]): Promise<ReadonlyMap<string, number>>;
  store: EventStore;
  blobs: BlobStore;
  now: Clock;
}
