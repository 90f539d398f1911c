import { ne } from 'drizzle-orm';
import type { BlobStore } from '../../../shared/blobs.ts';
import type { Config } from '../../../shared/config.ts';
import type { Database } from '../../../shared/database.ts';
import { documentOf, documentStream, type StoredEvent } from '../../../shared/event.ts';
import { isErased } from '../../../shared/erased.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import { derivedId } from '../../../shared/ids.ts';
import { causedBy, type Reactor } from '../../../shared/reactor.ts';
import { publicAddress } from '../../../shared/web/public-address.ts';
import type { JobHandler } from '../../../shared/work-queue.ts';
import { NotificationRequested } from '../../notification-rules/events.ts';
import { DocumentReceived } from '../../receive-document/events.ts';
import { endpointOf, endpointStream, isRecipient } from '../endpoint/endpoint.ts';
import { endpointsModel, endpointsProjection } from '../endpoint/read-model.ts';
import { NotificationAddressed } from '../events.ts';
import { untilLevel } from '../until-level.ts';
import { messageBody } from './body.ts';

export const ADDRESSING = 'webhook-address';

/** What the queue holds. */
interface AddressingJob {
  document: string;
  /** Id of the NotificationRequested. */
  request: string;
}

/** Has a requested message written down and addressed. */
export const addressing: Reactor = {
  name: ADDRESSING,
  on: [NotificationRequested],
  states: [],
  react(history, event) {
    const document = documentOf(event.stream);
    if (!document || !NotificationRequested.is(event)) return {};
    if (isErased(history) || isAddressed(history, event.data.messageId)) return {};
    const data: AddressingJob = { document, request: event.id };
    return { jobs: [{ queue: ADDRESSING, key: document, data }] };
  },
};

/** Writes a message and says who gets it, once: a second run finds it said, or says the same id. */
export function addressingWorker(options: {
  store: EventStore;
  blobs: BlobStore;
  database: Database;
  config: Config;
}): JobHandler<AddressingJob> {
  const { store, blobs, database, config } = options;

  async function recipients(rule: string, position: number, signal: AbortSignal) {
    await untilLevel(database, endpointsProjection, position, signal);
    const rows = await database.db
      .select({ id: endpointsModel.id })
      .from(endpointsModel)
      .where(ne(endpointsModel.state, 'removed'))
      .orderBy(endpointsModel.position);
    const histories = await store.readMany(rows.map(({ id }) => endpointStream(id)));
    return rows
      .map(({ id }) => id)
      .filter((id) => {
        const endpoint = endpointOf(histories.get(endpointStream(id)) ?? []);
        return endpoint !== null && isRecipient(endpoint, rule, position);
      });
  }

  /** The message as a blob of its document; its hash. */
  async function written(
    requested: Parameters<typeof messageBody>[0],
    id: string,
    history: readonly StoredEvent[],
  ): Promise<string> {
    const fileName = history.find(DocumentReceived.is)?.data.fileName ?? null;
    const url = `${publicAddress(config)}/documents/${id}`;
    const { sha256 } = await blobs.put(id, messageBody(requested, { id, fileName, url }));
    return sha256;
  }

  return async ({ document, request }, { signal }) => {
    const stream = documentStream(document);
    const history = await store.read(stream);
    const requested = history.filter(NotificationRequested.is).find(({ id }) => id === request);
    if (!requested || isErased(history)) return;
    if (isAddressed(history, requested.data.messageId)) return;
    const { messageId, rule, type } = requested.data;
    const endpoints = await recipients(rule, requested.position, signal);
    const body = endpoints.length > 0 ? await written(requested, document, history) : null;
    const id = derivedId('NotificationAddressed', document, messageId);
    await store.append({
      stream,
      expected: null,
      events: [NotificationAddressed({ messageId, rule, type, body, endpoints }, id)],
      metadata: causedBy(requested, ADDRESSING),
    });
  };
}

function isAddressed(history: Parameters<Reactor['react']>[0], messageId: string): boolean {
  return history.some(
    (event) => NotificationAddressed.is(event) && event.data.messageId === messageId,
  );
}
