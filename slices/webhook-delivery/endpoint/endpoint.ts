import type { StoredEvent } from '../../../shared/event.ts';
import {
  EndpointAdded,
  EndpointChanged,
  EndpointPaused,
  EndpointRemoved,
  EndpointResumed,
  RecoveryFinished,
  RecoveryRequested,
} from '../events.ts';

const STREAM = 'endpoint-';

/** The stream that holds every fact about an endpoint. */
export const endpointStream = (id: string): string => STREAM + id;

/** The endpoint a stream is about, or null when it is about something else. */
export function endpointOfStream(stream: string): string | null {
  return stream.startsWith(STREAM) ? stream.slice(STREAM.length) : null;
}

export type PauseReason = 'requested' | 'gone' | 'failing';

export interface EndpointSettings {
  url: string;
  description: string;
  /** Names of the rules it wants to hear of. */
  rules: readonly string[];
}

/** Where messages go, folded from its stream. */
export interface Endpoint {
  state: 'enabled' | 'paused' | 'removed';
  /** null: erased. */
  url: string | null;
  description: string | null;
  rules: readonly string[];
  /** Position of the fact that it was added: what was requested before is none of its business. */
  position: number;
  /** What came before says nothing about whether it fails now. */
  resumedAt: Date | null;
  /** Id of the RecoveryRequested that runs. */
  recovery: string | null;
}

/** null: there never was one. */
export function endpointOf(history: readonly StoredEvent[]): Endpoint | null {
  return history.reduce<Endpoint | null>(evolve, null);
}

/** Whether a message that a rule asked for at a position goes to it; a paused one gets it when it is resumed. */
export function isRecipient(endpoint: Endpoint, rule: string, position: number): boolean {
  const { state, rules } = endpoint;
  return state !== 'removed' && endpoint.position < position && rules.includes(rule);
}

function evolve(endpoint: Endpoint | null, event: StoredEvent): Endpoint | null {
  if (EndpointAdded.is(event)) {
    const { position } = event;
    return { state: 'enabled', ...event.data, position, resumedAt: null, recovery: null };
  }
  if (!endpoint) return null;
  if (EndpointChanged.is(event)) return { ...endpoint, ...event.data };
  if (EndpointPaused.is(event)) return { ...endpoint, state: 'paused' };
  if (EndpointResumed.is(event))
    return { ...endpoint, state: 'enabled', resumedAt: event.storedAt };
  if (RecoveryRequested.is(event)) return { ...endpoint, recovery: event.id };
  if (RecoveryFinished.is(event)) return { ...endpoint, recovery: null };
  if (EndpointRemoved.is(event)) return { ...endpoint, state: 'removed' };
  return endpoint;
}
