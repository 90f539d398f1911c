import { VersionConflict, type EventStore } from '../../../shared/event-store.ts';
import { decideEndpoint } from '../endpoint/decide.ts';
import { endpointOf, endpointStream } from '../endpoint/endpoint.ts';
import type { Clock } from '../ports.ts';
import { failingSince, pauseAfter } from './failing.ts';
import type { HealthBook } from './health.ts';
import { ACTOR, DELIVERY } from './jobs.ts';
import { isSuccess } from './outcome.ts';

/** What an answer means for its endpoint as a whole: noted in its health, and it may be paused. */
export function createJudge(options: { store: EventStore; health: HealthBook; now: Clock }) {
  const { store, health, now } = options;

  return async (id: string, status: number | null): Promise<void> => {
    if (isSuccess({ status })) return health.succeeded(id);
    const found = await health.failed(id);
    const at = now();
    for (;;) {
      const stream = endpointStream(id);
      const history = await store.read(stream);
      const endpoint = endpointOf(history);
      const pause = endpoint && pauseAfter(status, failingSince(found, endpoint), at);
      if (!pause) return;
      const decision = decideEndpoint(endpoint, { do: 'pause', ...pause });
      if ('refusal' in decision) return;
      const correlation = history[0]?.metadata.correlation ?? id;
      const metadata = { correlation, causation: null, actor: ACTOR, command: DELIVERY };
      try {
        const { facts: events } = decision;
        await store.append({ stream, expected: history.length, events, metadata });
        return;
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  };
}
