import type { BlobStore } from '../../../shared/blobs.ts';
import type { StoredEvent } from '../../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../../shared/event-store.ts';
import { newId } from '../../../shared/ids.ts';
import { conflict, notFound, unprocessable } from '../../../shared/web/problem.ts';
import { testBody } from '../addressing/body.ts';
import type { CheckUrl, Clock } from '../ports.ts';
import type { WebhookSecrets } from '../send/secrets.ts';
import { decideEndpoint, settingsRefusal, type EndpointCommand } from './decide.ts';
import { endpointOf, endpointStream, type EndpointSettings } from './endpoint.ts';

/** Who asks. */
interface Asking {
  actor: string;
}

/** The same with why. */
export interface AskingWhy extends Asking {
  reason: string;
}

/**
 * What administrators do with endpoints, decided on the newest history.
 * @throws Problem 404 without such an endpoint, 409 when it no longer applies, 422 for settings that cannot be
 */
export interface Endpoints {
  /** The secret is told here and nowhere else. */
  add(settings: EndpointSettings, asking: Asking): Promise<{ id: string; secret: string }>;
  change(id: string, settings: EndpointSettings, asking: Asking): Promise<void>;
  pause(id: string, asking: AskingWhy): Promise<void>;
  resume(id: string, asking: AskingWhy): Promise<void>;
  remove(id: string, asking: AskingWhy): Promise<void>;
  rotateSecret(id: string, asking: Asking): Promise<{ secret: string; oldExpiresAt: Date }>;
  test(id: string, asking: Asking): Promise<{ messageId: string }>;
  /** Has everything sent again, by and by, that was given up at a time or later. */
  recover(id: string, since: Date, asking: AskingWhy): Promise<void>;
}

export function createEndpoints(options: {
  store: EventStore;
  blobs: BlobStore;
  secrets: WebhookSecrets;
  checkUrl: CheckUrl;
  /** Names of those that there are. */
  rules: readonly string[];
  /** How many deliveries to an endpoint were given up at a time or later. */
  failedSince(id: string, since: Date): Promise<number>;
  recoveriesPerSecond: number;
  now: Clock;
}): Endpoints {
  const { store, blobs, secrets, checkUrl, rules, recoveriesPerSecond: perSecond, now } = options;

  /** Appends what is decided, on the newest history; nothing when there is nothing to say. */
  async function apply(id: string, command: EndpointCommand, { actor }: Asking) {
    for (;;) {
      const history = await store.read(endpointStream(id));
      if (history.length === 0 && command.do !== 'add') throw noSuchEndpoint();
      const decision = decideEndpoint(endpointOf(history), command);
      if ('refusal' in decision) throw conflict(decision.refusal);
      if (decision.facts.length === 0) return;
      try {
        await store.append({
          stream: endpointStream(id),
          expected: history.length,
          events: decision.facts,
          metadata: metadataOf(history, actor, commandNames[command.do]),
        });
        return;
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  }

  /** Before anything is done beside the log: whether it would be refused. */
  async function refuseIf(id: string, command: EndpointCommand): Promise<void> {
    const endpoint = endpointOf(await store.read(endpointStream(id)));
    if (!endpoint) throw noSuchEndpoint();
    const decision = decideEndpoint(endpoint, command);
    if ('refusal' in decision) throw conflict(decision.refusal);
  }

  function check(settings: EndpointSettings): void {
    const refusal = settingsRefusal(settings, rules, checkUrl);
    if (refusal !== null) throw unprocessable(refusal);
  }

  return {
    async add(settings, asking) {
      check(settings);
      const id = newId();
      // First: an endpoint without a secret could not be sent to, a secret without one harms nobody.
      const secret = await secrets.create(id);
      await apply(id, { do: 'add', settings }, asking);
      return { id, secret };
    },
    async change(id, settings, asking) {
      check(settings);
      await apply(id, { do: 'change', settings }, asking);
    },
    pause: (id, asking) =>
      apply(id, { do: 'pause', why: 'requested', reason: asking.reason }, asking),
    resume: (id, asking) => apply(id, { do: 'resume', reason: asking.reason }, asking),
    remove: (id, asking) => apply(id, { do: 'remove', reason: asking.reason }, asking),
    async rotateSecret(id, asking) {
      const at = now();
      await refuseIf(id, { do: 'rotate', oldExpiresAt: at });
      const { secret, oldExpiresAt } = await secrets.rotate(id, at);
      await apply(id, { do: 'rotate', oldExpiresAt }, asking);
      return { secret, oldExpiresAt };
    },
    async test(id, asking) {
      const messageId = newId();
      const command = { do: 'test', id, messageId, type: 'test', body: '' } as const;
      await refuseIf(id, command);
      const { sha256 } = await blobs.put(id, testBody(id, now()));
      await apply(id, { ...command, body: sha256 }, asking);
      return { messageId };
    },
    async recover(id, since, asking) {
      const deliveries = await options.failedSince(id, since);
      const { reason } = asking;
      await apply(id, { do: 'recover', since, deliveries, perSecond, reason }, asking);
    },
  };
}

/** As the manifest names them. */
export const commandNames: Record<EndpointCommand['do'], string> = {
  add: 'add endpoint',
  change: 'change endpoint',
  pause: 'pause endpoint',
  resume: 'resume endpoint',
  remove: 'remove endpoint',
  rotate: 'rotate secret',
  test: 'send test message',
  recover: 'recover deliveries',
};

export const noSuchEndpoint = () =>
  notFound('There is no endpoint with this id. The notifications page lists those there are.');

function metadataOf(history: readonly StoredEvent[], actor: string, command: string) {
  const [first] = history;
  return { correlation: first?.metadata.correlation ?? newId(), causation: null, actor, command };
}
