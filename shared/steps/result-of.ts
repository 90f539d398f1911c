import type { Static } from 'typebox';
import type { EventDefinition, StoredEvent } from '../event.ts';

/** What a step found, from the newest fact that it finished. */
export function resultOf<D extends EventDefinition>(
  finished: D,
  history: readonly StoredEvent[],
): Static<D['schema']> {
  const found = history.findLast((event) => finished.is(event));
  if (!found)
    throw new Error(`${finished.type} is not in the history: the plan puts its step first.`);
  return found.data as Static<D['schema']>;
}
