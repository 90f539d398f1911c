import { DocumentErased } from '../../shared/erased.ts';
import type { StepGate } from '../../shared/steps/step-gate.ts';
import type { Step } from '../../shared/steps/step.ts';
import { DocumentCancelled } from '../failure-admin/events.ts';
import { courseOf, isWanted } from './course.contract.ts';

/** Lets a step run for as long as nothing newer asked for it, decided on it, cancelled or erased its document. */
export function createStepGate(steps: readonly Step[]): StepGate {
  return {
    isWanted: (history, step, cause) => isWanted(courseOf(steps, history), step, cause),
    ends: (event) => DocumentCancelled.is(event) || DocumentErased.is(event),
  };
}
