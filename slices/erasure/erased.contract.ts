import { DocumentErased } from '../../shared/erased.ts';
import type { StoredEvent } from '../../shared/event.ts';
import { Problem } from '../../shared/web/problem.ts';
import type { ActorNames } from '../accounts/actor-names.contract.ts';
import { exactText } from '../../public/time.js';

/**
 * What is answered wherever an erased document is asked for.
 * @throws Problem 410 that says when it was erased, by whom and why
 */
export async function refuseErased(
  history: readonly StoredEvent[],
  actorNames: ActorNames,
): Promise<void> {
  const erased = history.find(DocumentErased.is);
  if (!erased) return;
  const { actor } = erased.metadata;
  const name = (await actorNames.of([actor])).get(actor) ?? 'somebody who is gone';
  const at = exactText(erased.storedAt.getTime(), 'UTC');
  throw new Problem(410, 'erased', `It was erased on ${at} by ${name}: ${erased.data.reason}`, {
    title: 'This document was erased',
  });
}
