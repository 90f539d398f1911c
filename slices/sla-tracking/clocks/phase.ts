import { Type, type Static } from 'typebox';

/**
 * What the time of a step goes into:
 * - `waiting`: it may run, and nobody has begun
 * - `working`: it runs
 * - `retrying`: it has failed and waits for its next attempt
 * - `failed`: it was given up and waits for a person
 */
export const phases = ['waiting', 'working', 'retrying', 'failed'] as const;
export const Phase = Type.Unsafe<(typeof phases)[number]>(
  Type.Union(phases.map((phase) => Type.Literal(phase))),
);
export type Phase = Static<typeof Phase>;

/** Completes the sentence "most of the time …". */
export function phaseOf(phase: Phase, step: string): string {
  switch (phase) {
    case 'waiting':
      return `waiting for ${step}`;
    case 'working':
      return `working on ${step}`;
    case 'retrying':
      return `between attempts at ${step}`;
    case 'failed':
      return `failed at ${step}`;
    default:
      return phase satisfies never;
  }
}
