import { v5, v7 } from 'uuid';

const NAMESPACE = '5f0c9d0e-6f0a-5d0b-9a53-5b8b2a7f6c11';

/** A new id that sorts by the time it was made (UUIDv7). */
export function newId(): string {
  return v7();
}

/** The same parts always give the same id (UUIDv5): what makes reactions and retried requests idempotent. */
export function derivedId(...parts: (string | number)[]): string {
  return v5(JSON.stringify(parts), NAMESPACE);
}

/**
 * The id of a job that a subscription enqueues because of an event: the position in the leading
 * 48 bits, so that ids sort by position, then the subscription's name, so that it is enqueued once.
 */
export function jobId(position: number, ...parts: (string | number)[]): string {
  const prefix = position.toString(16).padStart(12, '0');
  const rest = derivedId(position, ...parts).slice(15);
  return `${prefix.slice(0, 8)}-${prefix.slice(8)}-8${rest}`;
}
