import { isErased } from '../../shared/erased.ts';
import type { NewEvent, StoredEvent } from '../../shared/event.ts';
import { derivedId } from '../../shared/ids.ts';
import type { Step } from '../../shared/steps/step.ts';
import { NotificationRequested, NotificationSuppressed } from './events.ts';
import type { Match, NotificationRule } from './rule.ts';

/**
 * What follows from an event for the messages about its document: the first match of a rule is
 * requested, later ones are suppressed. What happened first before the rule was enabled (a position
 * in the log) is none of its business. Only what stood there up to the event counts, so that it
 * matters not how late, or how often, this is asked.
 */
export function decideNotifications(
  rules: readonly NotificationRule[],
  enabledAt: ReadonlyMap<string, number>,
  steps: readonly Step[],
  history: readonly StoredEvent[],
  event: StoredEvent,
): NewEvent[] {
  if (isErased(history)) return [];
  const then = upTo(history, event);
  return rules.flatMap((rule) => {
    const enabled = enabledAt.get(rule.name);
    if (enabled === undefined || event.position <= enabled) return [];
    const matches = rule.matches(steps, then);
    const match = matches.find((each) => each.event.id === event.id);
    const [first] = matches;
    if (!match || !first) return [];
    if (first === match) return [requestOf(rule, match)];
    const wasBefore = first.event.position <= enabled && !requestIn(then, rule);
    return [suppressed(rule, event, wasBefore ? 'before-the-rule' : 'sent-before')];
  });
}

/** The rule's match at the event, if none was before it; null otherwise. */
export function firstMatchAt(
  rule: NotificationRule,
  steps: readonly Step[],
  history: readonly StoredEvent[],
  event: StoredEvent,
): Match | null {
  const [first] = rule.matches(steps, upTo(history, event));
  return first?.event.id === event.id ? first : null;
}

/** The request of a match: one for each rule and document, whoever states it, and how often. */
export function requestOf(rule: NotificationRule, { event, step, error }: Match): NewEvent {
  const { stream, storedAt } = event;
  return NotificationRequested(
    {
      rule: rule.name,
      type: rule.type,
      messageId: `msg_${derivedId('message', stream, rule.name).replaceAll('-', '')}`,
      step,
      error,
      occurredAt: storedAt.toISOString(),
    },
    derivedId('notification', stream, rule.name),
  );
}

/** The request of a rule's message in a history; null when there is none. */
export function requestIn(history: readonly StoredEvent[], { name }: NotificationRule) {
  return history.filter(NotificationRequested.is).find(({ data }) => data.rule === name) ?? null;
}

function suppressed(
  { name }: NotificationRule,
  event: StoredEvent,
  why: 'sent-before' | 'before-the-rule',
): NewEvent {
  const id = derivedId('notification-suppressed', event.id, name);
  return NotificationSuppressed({ rule: name, why }, id);
}

function upTo(history: readonly StoredEvent[], { position }: StoredEvent): StoredEvent[] {
  return history.filter((event) => event.position <= position);
}
