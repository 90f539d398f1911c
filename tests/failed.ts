import { documentStream } from '../shared/event.ts';
import { newId } from '../shared/ids.ts';
import { failureSignature } from '../shared/steps/failure-signature.ts';
import type { StepSlice } from '../shared/slice.ts';
import { DocumentReceived } from '../slices/receive-document/events.ts';
import { groupOf } from '../slices/failure-admin/failure-group.contract.ts';
import { StepGivenUp } from '../slices/retry-policy/events.ts';
import type { TestApp } from './app.ts';

const CHUNK = 250;

const messageOf = (index: number, code: string) =>
  `The scan of "${index}" is unreadable: ${code}. Scan it again.`;

/** The group in which the documents of a code stand. */
export function groupOfCode(steps: readonly StepSlice[], code: string): string {
  const failure = { code, message: messageOf(0, code), detail: null };
  return groupOf(failureSignature(steps[0]?.step.slug ?? '', failure));
}

/**
 * Documents of which the first step was given up, as facts and without files; `code(index)` tells
 * them apart in groups. Resolves when every table has them; gives their ids in the order of receipt.
 */
export async function failMany(
  app: TestApp,
  steps: readonly StepSlice[],
  count: number,
  code: (index: number) => string,
): Promise<string[]> {
  const { store, slices } = app.cradle;
  const [first] = steps.map(({ step }) => step);
  if (!first) throw new Error('Nothing can fail without a step.');
  const plan = steps.map(({ step }) => step.slug);
  const metadata = { correlation: newId(), causation: null, actor: 'user:test', command: 'test' };
  const file = { claimedMediaType: 'application/pdf', bytes: 84_300, sha256: '0'.repeat(64) };
  const rest = { source: null, label: null, duplicateOf: null, plan };
  const story = (index: number) => {
    const message = messageOf(index, code(index));
    const signature = failureSignature(first.slug, { code: code(index), message, detail: null });
    const error = {
      code: code(index),
      kind: 'permanent' as const,
      message,
      signature,
      detail: null,
    };
    return [
      DocumentReceived({ fileName: `scan ${index}.pdf`, ...file, ...rest }),
      first.events.Started({ attempt: 1, worker: 'host:1' }),
      first.events.Failed({ attempt: 1, error }),
      StepGivenUp({
        step: first.slug,
        attempts: 1,
        why: 'permanent',
        reason: 'it would end the same way',
      }),
    ];
  };
  const ids = Array.from({ length: count }, () => newId());
  for (let start = 0; start < count; start += CHUNK) {
    const writes = ids.slice(start, start + CHUNK).map((id, index) => ({
      stream: documentStream(id),
      expected: 0,
      events: story(start + index),
      metadata,
    }));
    await store.append(...writes);
  }
  const listeners = slices.flatMap((slice) => [
    ...(slice.projections ?? []),
    ...(slice.reactors ?? []),
  ]);
  await app.level(...listeners.map(({ name }) => name));
  return ids;
}
