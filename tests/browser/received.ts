import { documentStream } from '../../shared/event.ts';
import { newId } from '../../shared/ids.ts';
import { DocumentReceived } from '../../slices/receive-document/events.ts';
import type { TestApp } from '../app.ts';

const CHUNK = 500;

/**
 * Receives documents that have no file, as facts, and without a plan, so that they complete at once;
 * resolves when they have, on the board too. Their names are `name(index)`, their ids are given in
 * the order of receipt.
 */
export async function receiveMany(
  app: TestApp,
  count: number,
  name: (index: number) => string,
): Promise<string[]> {
  const metadata = { correlation: newId(), causation: null, actor: 'user:test', command: 'test' };
  const file = { claimedMediaType: 'text/plain', bytes: 1, sha256: '0'.repeat(64) };
  const rest = { source: null, label: null, duplicateOf: null, plan: [] };
  const ids = Array.from({ length: count }, () => newId());
  for (let start = 0; start < count; start += CHUNK) {
    const writes = ids.slice(start, start + CHUNK).map((id, index) => ({
      stream: documentStream(id),
      expected: 0,
      events: [DocumentReceived({ fileName: name(start + index), ...file, ...rest })],
      metadata,
    }));
    await app.cradle.store.append(...writes);
  }
  await app.level('next-step', 'document-board', 'document-search');
  return ids;
}
