import { Type, type Static } from 'typebox';
import type { StoredEvent } from '../../../shared/event.ts';
import { Calendar } from '../calendar/calendar.ts';
import { MAX_TARGET_MS } from '../calendar/fault.ts';

/** The stream that holds every change of the targets. */
export const TARGETS_STREAM = 'sla-targets';

/** No union: there a request's 0 would count as null, which promises nothing. */
const milliseconds = (description: string) =>
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: MAX_TARGET_MS,
    description: `${description}, in milliseconds; null: no promise`,
  });

const promised = {
  documentMs: milliseconds('for the whole document'),
  stepMs: milliseconds('for every step without one of its own'),
  steps: Type.Record(Type.String({ maxLength: 100 }), milliseconds('for this step'), {
    description: 'by slug',
  }),
  calendar: Calendar,
};

/** Times that are promised, and when time counts. */
export const Target = Type.Object(promised, { additionalProperties: false });
export type Target = Static<typeof Target>;

const word = (description: string) =>
  Type.Union([Type.String({ minLength: 1, maxLength: 200, description }), Type.Null()], {
    description: `${description}; null: any`,
  });

/** The same for uploads with this source, this label, or both. */
export const MatchingTarget = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'for people' }),
    source: word('source of the upload'),
    label: word('label of the upload'),
    ...promised,
  },
  { additionalProperties: false },
);
export type MatchingTarget = Static<typeof MatchingTarget>;

/** All targets: the first one that matches an upload holds, `default` for what none matches. */
export const Targets = Type.Object({
  targets: Type.Array(MatchingTarget, { maxItems: 100 }),
  default: Target,
});
export type Targets = Static<typeof Targets>;

const MINUTE_MS = 60_000;

/** What holds until somebody says otherwise. */
export const FIRST_TARGETS: Targets = {
  targets: [],
  default: {
    documentMs: 15 * MINUTE_MS,
    stepMs: 5 * MINUTE_MS,
    steps: {},
    calendar: { kind: 'always' },
  },
};

/** The target of an upload, with its name. */
export function targetFor(
  { targets, default: rest }: Targets,
  upload: { source: string | null; label: string | null },
): Target & { name: string } {
  const found = targets.find(
    ({ source, label }) =>
      (source === null || source === upload.source) && (label === null || label === upload.label),
  );
  return found ?? { name: 'Default', ...rest };
}

/** What is promised of a step: its own time, or that of every step. */
export const stepTarget = ({ steps, stepMs }: Target, slug: string): number | null =>
  Object.hasOwn(steps, slug) ? (steps[slug] ?? null) : stepMs;

/** The longest time that a target promises of anything; null when it promises nothing. */
export function longestOf({ documentMs, stepMs, steps }: Target): number | null {
  const times = [documentMs, stepMs, ...Object.values(steps)].filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(...times);
}

/** The targets that the newest of some changes says; null when there is none. */
export function targetsIn(changes: readonly StoredEvent[]): Targets | null {
  // The schema of the only event on that stream, which reads this file.
  return (changes.at(-1)?.data ?? null) as Targets | null;
}
