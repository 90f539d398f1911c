import type { StoredEvent } from '../../shared/event.ts';
import { jittered } from '../../shared/jitter.ts';
import type { Reaction } from '../../shared/reactor.ts';
import type { Step } from '../../shared/steps/step.ts';
import { courseOf, stepOf } from '../pipeline/course.contract.ts';
import { StepGivenUp, StepRetryScheduled } from './events.ts';
import { rulesFor, type RetryRules } from './rules.ts';

/**
 * What follows from a failure, decided from the document's history alone: another try at a stated
 * time, or none. A permanent failure is not tried again unless a rule names its code; a transient
 * one as often as the budget says, which an administrator's retry opens anew.
 */
export function decideRetry(
  steps: readonly Step[],
  rules: RetryRules,
  history: readonly StoredEvent[],
  failed: StoredEvent,
): Reaction {
  const step = steps.find(({ events }) => events.Failed.is(failed));
  if (!step?.events.Failed.is(failed)) return {};
  const { attempt, error } = failed.data;
  const course = courseOf(steps, history);
  const state = stepOf(course, step.slug);
  // Somebody decided before: an administrator acted, or the document has ended.
  if (course.ended !== null || state?.state !== 'failed' || state.attempt !== attempt) return {};
  const { failures } = state;
  const { retries, delayMs, maxDelayMs, named } = rulesFor(rules, step.slug, error.code);
  const about = { step: step.slug, attempts: attempt };

  if (error.kind === 'permanent' && !named) {
    const reason = 'trying again would end the same way';
    return { events: [StepGivenUp({ ...about, why: 'permanent', reason })] };
  }
  if (failures > retries) {
    const reason = failures === 1 ? 'it is not to be retried' : `it failed ${failures} times`;
    return { events: [StepGivenUp({ ...about, why: 'retries-spent', reason })] };
  }
  const delay = jittered(delayMs * 2 ** (failures - 1), maxDelayMs, failed.id);
  return {
    events: [
      StepRetryScheduled({
        step: step.slug,
        attempt: attempt + 1,
        retry: failures,
        retries,
        dueAt: new Date(failed.storedAt.getTime() + delay).toISOString(),
        reason: `${error.code} may pass`,
      }),
    ],
  };
}
