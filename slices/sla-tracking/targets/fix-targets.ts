import { isErased } from '../../../shared/erased.ts';
import type { StoredEvent } from '../../../shared/event.ts';
import type { Reaction, Reactor } from '../../../shared/reactor.ts';
import { ReprocessingRequested } from '../../failure-admin/events.ts';
import { DocumentReceived } from '../../receive-document/events.ts';
import { receivedOf } from '../../receive-document/received.contract.ts';
import { deadlineOf } from '../calendar/deadline.ts';
import { DOCUMENT_CLOCK } from '../clocks/clock.ts';
import { SlaTargetsChanged, SlaTargetsFixed } from '../events.ts';
import { stepTarget, targetFor, targetsIn, TARGETS_STREAM, type Target } from './target.ts';

/** @param warnings percentages of a target at which to warn */
export const fixTargets = (warnings: readonly number[]): Reactor => ({
  name: 'sla-targets',
  on: [DocumentReceived, ReprocessingRequested],
  reads: [{ stream: TARGETS_STREAM, events: [SlaTargetsChanged] }],
  states: [SlaTargetsFixed],
  react: (history, event, others) =>
    decideTargets(warnings, history, event, others.get(TARGETS_STREAM) ?? []),
});

/**
 * Fixes what is promised of a document when its clocks start: the targets that hold at that event.
 * What was received before there were any has none.
 *
 * @param changes of the targets, up to the event
 */
export function decideTargets(
  warnings: readonly number[],
  history: readonly StoredEvent[],
  event: StoredEvent,
  changes: readonly StoredEvent[],
): Reaction {
  const targets = targetsIn(changes);
  if (!targets || !history.some(DocumentReceived.is) || isErased(history)) return {};
  const received = receivedOf(history);
  const target = targetFor(targets, received);
  const clocks = clocksOf(target, planFrom(received.plan, event));
  if (clocks.length === 0) return {};
  const whole = clocks.find(({ clock }) => clock === DOCUMENT_CLOCK);
  const dueAt = whole && deadlineOf(target.calendar, event.storedAt, whole.targetMs);
  return {
    events: [
      SlaTargetsFixed({
        run: runAt(history, event),
        target: target.name,
        calendar: target.calendar,
        warnings: [...new Set(warnings)].toSorted((one, other) => one - other),
        clocks,
        startedAt: event.storedAt.toISOString(),
        dueAt: dueAt?.toISOString() ?? null,
      }),
    ],
  };
}

/** The steps still to pass. */
function planFrom(plan: readonly string[], event: StoredEvent): readonly string[] {
  if (!ReprocessingRequested.is(event)) return plan;
  const from = plan.indexOf(event.data.fromStep);
  return from === -1 ? [] : plan.slice(from);
}

function clocksOf(target: Target, plan: readonly string[]) {
  const all = [
    { clock: DOCUMENT_CLOCK, targetMs: target.documentMs },
    ...plan.map((slug) => ({ clock: slug, targetMs: stepTarget(target, slug) })),
  ];
  return all.flatMap(({ clock, targetMs }) => (targetMs === null ? [] : [{ clock, targetMs }]));
}

/** Which run of the document an event has begun. */
function runAt(history: readonly StoredEvent[], { position }: StoredEvent): number {
  return history.filter(
    (event) =>
      event.position <= position && (DocumentReceived.is(event) || ReprocessingRequested.is(event)),
  ).length;
}
