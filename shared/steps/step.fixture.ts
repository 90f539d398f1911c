import { Type, type Static } from 'typebox';
import { documentStream, type NewEvent, type StoredEvent } from '../event.ts';
import { derivedId } from '../ids.ts';
import type { StepError, StepEvents } from './step-events.ts';

/** The document of histories that tests write down. */
export const DOCUMENT = '0190a6c0-0000-7000-8000-000000000001';

/** What a step of a test finds. */
export const weight = { grams: Type.Integer() };

/** A history as the log would hold it, one event a second. */
export function historyOf(...events: NewEvent[]): StoredEvent[] {
  return events.map((event, index) => ({
    ...event,
    id: event.id ?? derivedId('history', index),
    data: event.data as Record<string, unknown>,
    position: index + 1,
    stream: documentStream(DOCUMENT),
    version: index + 1,
    metadata: { correlation: DOCUMENT, causation: null, actor: 'token:test', command: 'test' },
    storedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, index)),
  }));
}

/** The facts of a step's attempts, short enough to read as a story. */
export function factsOf({ Started, Finished, Failed, Interrupted }: StepEvents) {
  const broken = { code: 'broken', kind: 'transient' as const, message: 'It broke.', detail: null };
  return {
    started: (attempt = 1) => Started({ attempt, worker: 'host:1' }),
    finished: (attempt = 1) => Finished({ attempt }),
    failed: (attempt = 1, error: Partial<Static<typeof StepError>> = {}) =>
      Failed({ attempt, error: { ...broken, signature: 'broken', ...error } }),
    died: (attempt = 1) => Interrupted({ attempt, reason: 'host-died' }),
    shutDown: (attempt = 1) => Interrupted({ attempt, reason: 'shutdown' }),
  };
}
