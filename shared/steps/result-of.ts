import type { Static } from 'typebox';
import type { EventDefinition, StoredEvent } from '../event.ts';
import { StepFailure } from '../step-failure.ts';

/** What a step found, from the newest fact that it finished; undefined when it was skipped. */
export function findResult<D extends EventDefinition>(
  finished: D,
  history: readonly StoredEvent[],
): Static<D['schema']> | undefined {
  const found = history.findLast((event) => finished.is(event));
  return found?.data as Static<D['schema']> | undefined;
}

/**
 * The same for a step that cannot do without.
 * @throws StepFailure when the other step was skipped
 */
export function resultOf<D extends EventDefinition>(
  finished: D,
  history: readonly StoredEvent[],
): Static<D['schema']> {
  const found = findResult(finished, history);
  if (found) return found;
  const step = finished.type
    .replace(/Finished$/, '')
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
  throw new StepFailure(
    'earlier-step-skipped',
    'permanent',
    `This step needs the result of ${step}, which was skipped. Skip this step, too, or process the document again from ${step} on.`,
  );
}
