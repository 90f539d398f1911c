import { documentStream } from '../shared/event.ts';
import { newId } from '../shared/ids.ts';
import { failureSignature } from '../shared/steps/failure-signature.ts';
import { DocumentReceived } from '../slices/receive-document/events.ts';
import type { TestApp } from './app.ts';
import { level } from './kernel.ts';

const CHUNK = 500;

/**
 * Documents without a file of which the first step has failed for good, as facts: resolves when the
 * retry policy has given them up and every screen knows. Each message makes a group of its own.
 */
export async function failMany(
  { cradle: { store, database, steps } }: TestApp,
  count: number,
  message: (index: number) => string,
): Promise<string[]> {
  const [first] = steps;
  if (!first) throw new Error('There is a step that can fail.');
  const plan = steps.map(({ slug }) => slug);
  const metadata = { correlation: newId(), causation: null, actor: 'user:test', command: 'test' };
  const file = { claimedMediaType: 'text/plain', bytes: 1, sha256: '0'.repeat(64) };
  const ids = Array.from({ length: count }, () => newId());
  for (let start = 0; start < count; start += CHUNK) {
    const writes = ids.slice(start, start + CHUNK).map((id, offset) => {
      const said = message(start + offset);
      const failure = { code: 'gate', kind: 'permanent' as const, message: said, detail: null };
      const signature = failureSignature(first.slug, failure);
      return {
        stream: documentStream(id),
        expected: 0,
        events: [
          DocumentReceived({
            fileName: `failed-${start + offset}.txt`,
            ...file,
            ...{ source: null, label: null, duplicateOf: null, plan },
          }),
          first.events.Started({ attempt: 1, worker: 'host:1' }),
          first.events.Failed({ attempt: 1, error: { ...failure, signature } }),
        ],
        metadata,
      };
    });
    await store.append(...writes);
  }
  for (const each of ['retry-policy', 'next-step', 'document-board', 'document-search', 'failures'])
    await level(database, each);
  return ids;
}
