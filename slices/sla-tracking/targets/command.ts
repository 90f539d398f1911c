import type { StoredEvent } from '../../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../../shared/event-store.ts';
import { derivedId, newId } from '../../../shared/ids.ts';
import type { Step } from '../../../shared/steps/step.ts';
import { conflict, unprocessable } from '../../../shared/web/problem.ts';
import { calendarFault } from '../calendar/fault.ts';
import { SlaTargetsChanged } from '../events.ts';
import { FIRST_TARGETS, longestOf, TARGETS_STREAM, type Targets } from './target.ts';

export const CHANGE_TARGETS = 'change sla targets';

/**
 * States the targets that a new Doctrail begins with, unless there are any. What was received before
 * has none: no promise was made. Processes that start at once state the same event.
 */
export async function stateFirstTargets(store: EventStore): Promise<void> {
  const reason = 'these hold until somebody changes them';
  try {
    await store.append({
      stream: TARGETS_STREAM,
      expected: 0,
      events: [SlaTargetsChanged({ ...FIRST_TARGETS, reason }, derivedId('first-sla-targets'))],
      metadata: {
        correlation: newId(),
        causation: null,
        actor: 'system:sla-tracking',
        command: CHANGE_TARGETS,
      },
    });
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
  }
}

/** The targets that hold, who said so and when. */
export type TargetChange = StoredEvent<Parameters<typeof SlaTargetsChanged>[0]>;

export interface TargetChanges {
  /** Every change, oldest first; the last one holds. */
  all(): Promise<TargetChange[]>;
  /**
   * Holds for what is received or reprocessed from then on.
   * @param seen the version that the asker has changed; null: whatever stands there
   * @throws Problem 409 when it is no longer the newest, 422 for targets that cannot be meant
   */
  change(
    targets: Targets,
    asking: { actor: string; reason: string; seen: number | null },
  ): Promise<TargetChange>;
}

export function createTargetChanges(steps: readonly Step[], store: EventStore): TargetChanges {
  return {
    all: async () => (await store.read(TARGETS_STREAM)).filter(SlaTargetsChanged.is),
    async change({ targets, default: rest }, { actor, reason, seen }) {
      const refusal = refusalOf(steps, { targets, default: rest }, new Date());
      if (refusal !== null) throw unprocessable(refusal);
      try {
        const [stored] = await store.append({
          stream: TARGETS_STREAM,
          expected: seen,
          events: [SlaTargetsChanged({ targets, default: rest, reason })],
          metadata: { correlation: newId(), causation: null, actor, command: CHANGE_TARGETS },
        });
        if (!stored || !SlaTargetsChanged.is(stored)) throw new Error('The change was not stored.');
        return stored;
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
        throw conflict(
          `Somebody changed the targets meanwhile: they are at version ${error.actual}, not at ${error.expected}. Load them again, and change those.`,
        );
      }
    },
  };
}

/**
 * Why targets cannot be meant, as a sentence that says what to do; null when they can.
 *
 * @param start when they are to hold from
 */
export function refusalOf(
  steps: readonly Step[],
  { targets, default: rest }: Targets,
  start: Date,
): string | null {
  const all = [...targets, { name: 'Default', ...rest }];
  const slugs = steps.map(({ slug }) => slug);
  const unknown = all
    .flatMap((target) => Object.keys(target.steps))
    .find((slug) => !slugs.includes(slug));
  if (unknown !== undefined)
    return `There is no step "${unknown}". The steps are ${slugs.join(', ')}.`;
  const names = all.map(({ name }) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    return `Another target has the name "${twice}". Give each a name of its own.`;
  const shadowing = targets.find(({ source, label }) => source === null && label === null);
  if (shadowing)
    return `The target "${shadowing.name}" matches every upload. Give it a source or a label, or make it the default.`;
  const faults = all.flatMap((target) => {
    const fault = calendarFault(target.calendar, longestOf(target) ?? 1, start);
    return fault === null ? [] : [`${target.name}: ${fault}`];
  });
  return faults[0] ?? null;
}
