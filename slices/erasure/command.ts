import { DocumentErased } from '../../shared/erased.ts';
import { documentStream, type StoredEvent } from '../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../shared/event-store.ts';
import { notFound } from '../../shared/web/problem.ts';
import type { ActorNames } from '../accounts/actor-names.contract.ts';
import { refuseErased } from './erased.contract.ts';

export const ERASE = 'erase document';

interface Asking {
  actor: string;
  why: 'requested' | 'retention';
  reason: string;
}

export interface Erasures {
  /**
   * States that a document is erased, whatever it is doing; a job then does so.
   * @throws Problem 404 without such a document, 410 when it was erased before
   */
  erase(document: string, asking: Asking): Promise<StoredEvent>;
}

export function createErasures(store: EventStore, actorNames: ActorNames): Erasures {
  async function decideAndAppend(document: string, { actor, why, reason }: Asking) {
    const stream = documentStream(document);
    const history = await store.read(stream);
    const [first] = history;
    if (!first) throw notFound('There is no document with this id. Check the address.');
    await refuseErased(history, actorNames);
    const { correlation } = first.metadata;
    const [stored] = await store.append({
      stream,
      expected: history.length,
      events: [DocumentErased({ why, reason })],
      metadata: { correlation, causation: null, actor, command: ERASE },
    });
    if (!stored) throw new Error('What was appended was not given back.');
    return stored;
  }

  return {
    async erase(document, asking) {
      for (;;) {
        try {
          return await decideAndAppend(document, asking);
        } catch (error) {
          if (!(error instanceof VersionConflict)) throw error;
        }
      }
    },
  };
}
