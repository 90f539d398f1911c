import { createSignal } from '../shared/signal.ts';
import { newId } from '../shared/ids.ts';
import { documentStream, type StoredEvent } from '../shared/event.ts';
import { NotificationRequested } from '../slices/notification-rules/events.ts';
import type { TestApp } from './app.ts';

export interface TestEndpoint {
  id: string;
  secret: string;
}

/** A delivery as the API tells it, as far as tests look into it. */
export interface TestDelivery {
  messageId: string;
  state: string;
  attempts: number;
  nextTryAt: string | null;
  lastStatus: number | null;
  lastError: string | null;
  attemptLog: {
    attempt: number;
    status: number | null;
    error: string | null;
    response: string | null;
    nextTryAt: string | null;
  }[];
}

/** Environment under which receivers of this machine are reached, and waiting takes no hours. */
export const webhookEnvironment = {
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  WEBHOOK_RETRY_DELAYS: '0,0,0',
  WEBHOOK_TIMEOUT_MS: '3000',
  PUBLIC_URL: 'https://documents.example.org',
};

const API = '/api/notification-endpoints';

/** Endpoints and messages of an app, asked for as an administrator. */
export function webhooksOf(app: TestApp) {
  const post = (path: string, body?: object, method = 'POST') =>
    app.ask(`${API}${path}`, {
      as: 'admin',
      method,
      ...(body
        ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
        : {}),
    });

  /** Looks again with every event that this process reads. */
  async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
    const signal = createSignal();
    app.cradle.runtime.bus.listen(() => signal.wake());
    for (;;) {
      const found = await look();
      if (found) return found;
      await signal.wait(200);
    }
  }

  const read = async (id: string, messageId: string) => {
    const answer = await app.ask(`${API}/${id}/deliveries/${messageId}`, { as: 'viewer' });
    return answer.status === 200 ? ((await answer.json()) as TestDelivery) : null;
  };

  return {
    post,
    until,
    async add(url: string, rules = ['completed']): Promise<TestEndpoint> {
      const answer = await post('', { url, rules });
      if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as TestEndpoint;
    },
    async one(id: string) {
      return (await (await app.ask(`${API}/${id}`, { as: 'viewer' })).json()) as Record<
        string,
        unknown
      >;
    },
    /** Asks for a message about a document, as a rule does; returns its id. */
    async request(document: string, messageId = newId(), rule = 'completed'): Promise<string> {
      await app.cradle.store.append({
        stream: documentStream(document),
        expected: null,
        events: [
          NotificationRequested({
            rule,
            type: `document.${rule}`,
            messageId,
            step: null,
            error: null,
            occurredAt: new Date().toISOString(),
          }),
        ],
        metadata: { correlation: document, causation: null, actor: 'system:test', command: 'test' },
      });
      return messageId;
    },
    history: (document: string): Promise<StoredEvent[]> =>
      app.cradle.store.read(documentStream(document)),
    read,
    /** Waits until a delivery is as told, as the API shows it. */
    untilState: (id: string, messageId: string, ...states: string[]) =>
      until(async () => {
        const found = await read(id, messageId);
        return found && states.includes(found.state) && found;
      }),
  };
}
