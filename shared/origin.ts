import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventMetadata } from './event.ts';

const origins = new AsyncLocalStorage<string>();

/** Runs work that an address asked for: the events it appends say so (`metadata.from`). */
export const askedFrom = <T>(address: string, work: () => T): T => origins.run(address, work);

/** Adds where the work under way was asked from; nothing where nobody asked from outside. */
export function withOrigin(metadata: EventMetadata): EventMetadata {
  const from = origins.getStore();
  return from === undefined ? metadata : { ...metadata, from };
}

/** What readers of a history see: where somebody was is for the audit alone. */
export function withoutOrigin({ from: _from, ...metadata }: EventMetadata): EventMetadata {
  return metadata;
}
