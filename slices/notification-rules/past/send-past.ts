import type { StoredEvent } from '../../../shared/event.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import { derivedId, newId } from '../../../shared/ids.ts';
import type { Reactor } from '../../../shared/reactor.ts';
import type { JobHandler } from '../../../shared/work-queue.ts';
import { requestOf } from '../decide.ts';
import { PastNotificationsFinished, PastNotificationsRequested } from '../events.ts';
import { ruleStream, type NotificationRule } from '../rule.ts';
import type { EventMark } from './events-by-time.ts';
import type { Past, PastNotification, Period } from './past.ts';

export const SEND_PAST = 'send past notifications';
export const PAST_QUEUE = 'past-notifications';
/** Events of the rule's types that are looked at in one go. */
const AT_A_TIME = 100;

/** What the queue holds; `request`: id of the PastNotificationsRequested. */
interface PastJob {
  rule: string;
  request: string;
}

export const enqueuePast: Reactor = {
  name: PAST_QUEUE,
  on: [PastNotificationsRequested],
  states: [],
  react(_history, event) {
    if (!PastNotificationsRequested.is(event)) return {};
    const { rule } = event.data;
    return { jobs: [{ queue: PAST_QUEUE, key: rule, data: { rule, request: event.id } }] };
  },
};

/** Asks for what a rule has missed in a period; a job then does so. */
export async function requestPast(
  store: EventStore,
  rule: NotificationRule,
  { from, to }: Period,
  { actor, reason }: { actor: string; reason: string },
): Promise<StoredEvent> {
  const period = { from: from.toISOString(), to: to.toISOString() };
  const [stored] = await store.append({
    stream: ruleStream(rule.name),
    expected: null,
    events: [PastNotificationsRequested({ rule: rule.name, ...period, reason })],
    metadata: { correlation: newId(), causation: null, actor, command: SEND_PAST },
  });
  if (!stored) throw new Error('What was appended was not given back.');
  return stored;
}

/**
 * Requests what first happened before the rule was enabled and was never requested. The ids are
 * those that the rule itself would have given, so nothing is ever sent twice; a run that was cut
 * off begins anew and counts what it did before.
 */
export function pastWorker(options: {
  store: EventStore;
  past: Past;
  rules: readonly NotificationRule[];
  enabledAt: ReadonlyMap<string, number>;
}): JobHandler<PastJob> {
  const { store, past, rules, enabledAt } = options;

  /** Whether this request led to the message, now or before it was cut off. */
  async function send(rule: NotificationRule, found: PastNotification, asked: StoredEvent) {
    const { match, requested } = found;
    if (requested) return requested.metadata.correlation === asked.id;
    if (match.event.position > (enabledAt.get(rule.name) ?? 0)) return false;
    const metadata = {
      correlation: asked.id,
      causation: match.event.id,
      actor: asked.metadata.actor,
      command: SEND_PAST,
    };
    const events = [requestOf(rule, match)];
    await store.append({ stream: match.event.stream, expected: null, events, metadata });
    return true;
  }

  return async ({ rule: name, request }, { signal }) => {
    const rule = rules.find((each) => each.name === name);
    const history = await store.read(ruleStream(name));
    const asked = history.filter(PastNotificationsRequested.is).find(({ id }) => id === request);
    if (!rule || !asked) return;
    const period = { from: new Date(asked.data.from), to: new Date(asked.data.to) };
    let sent = 0;
    let after: EventMark | null = null;
    do {
      signal.throwIfAborted();
      const { notifications, next } = await past(rule, period, after, AT_A_TIME);
      const outcomes = await Promise.all(notifications.map((each) => send(rule, each, asked)));
      sent += outcomes.filter(Boolean).length;
      after = next;
    } while (after !== null);
    const finished = { rule: name, request, requested: sent };
    await store.append({
      stream: ruleStream(name),
      expected: null,
      events: [PastNotificationsFinished(finished, derivedId(request, 'finished'))],
      metadata: {
        correlation: asked.metadata.correlation,
        causation: request,
        actor: `system:${PAST_QUEUE}`,
        command: SEND_PAST,
      },
    });
  };
}
