import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { defineEvent, documentOf, type StoredEvent } from '../../shared/event.ts';
import type { Reactor } from '../../shared/reactor.ts';
import type { QueuedWork, StepSlice } from '../../shared/slice.ts';
import type { StepContext } from '../../shared/steps/step.ts';
import { classificationEvents } from '../../slices/classification/events.ts';
import { classification } from '../../slices/classification/slice.ts';
import { DocumentCompleted } from '../../slices/pipeline/events.ts';
import { publication } from '../../slices/publication/slice.ts';
import { DocumentReceived } from '../../slices/receive-document/events.ts';
import { receivedOf } from '../../slices/receive-document/received.contract.ts';

/** What the reactor `stamp` states, on receipt and on completion. */
export const Stamped = defineEvent('Stamped', {
  schema: Type.Object({ on: Type.String() }),
  sentence: (data) => `Stamped on ${data.on}`,
});

/** Listeners that cannot handle a document until the test mends them: bugs, in other words. */
export interface BreakableSteps {
  /** Classification alone, with a reactor `stamp` and a queue `dispatch` beside it. */
  steps: readonly StepSlice[];
  /** File names of the documents that each of them cannot handle. */
  broken: Record<'findings' | 'stamp' | 'dispatch', Set<string>>;
  /** Ends the classification of what is broken, which waits until the board has shown it. */
  tear(): void;
  /** What was dispatched, as `file name, event`. */
  dispatched: string[];
}

/** What classification finds in every document: a blob that the board loads. */
export const FINDINGS = Buffer.from(
  JSON.stringify({
    fields: [{ name: 'total', value: '12.00', page: 1, source: 'Total 12.00' }],
    evidence: [],
  }),
);

const found = (findings: Buffer) => ({
  language: 'en',
  languageConfidence: 1,
  title: 'A parcel',
  kind: 'letter',
  confidence: 1,
  findings: createHash('sha256').update(findings).digest('hex'),
});

/** That classification has finished and found this, whether the blob is kept or not. */
export const classified = (findings: Buffer) =>
  classificationEvents.Finished({ attempt: 1, ...found(findings) });

export function breakableSteps(): BreakableSteps {
  const broken = {
    findings: new Set<string>(),
    stamp: new Set<string>(),
    dispatch: new Set<string>(),
  };
  const dispatched: string[] = [];

  const shown = Promise.withResolvers<void>();

  /** Says what it found, but does not keep it, of what is broken. */
  async function run({ document, history, blobs }: StepContext) {
    if (broken.findings.has(nameIn(history))) await shown.promise;
    else await blobs.put(document, FINDINGS);
    return found(FINDINGS);
  }

  const stamp: Reactor = {
    name: 'stamp',
    on: [DocumentReceived, DocumentCompleted],
    states: [Stamped],
    react(history, event) {
      const name = nameIn(history);
      if (broken.stamp.has(name)) throw new Error(`No ink for ${name}.`);
      return { events: [Stamped({ on: event.type })] };
    },
  };

  const dispatch: Reactor = {
    name: 'dispatch',
    on: [DocumentReceived, DocumentCompleted],
    states: [],
    react(history, event) {
      const data = { name: nameIn(history), on: event.type };
      return { jobs: [{ queue: 'dispatch', key: documentOf(event.stream) ?? '', data }] };
    },
  };

  const dispatching: QueuedWork = {
    queue: 'dispatch',
    concurrency: 2,
    async handle(data) {
      const { name, on } = data as { name: string; on: string };
      if (broken.dispatch.has(name)) throw new Error(`No van for ${name}.`);
      dispatched.push(`${name}, ${on}`);
    },
  };

  return {
    broken,
    tear: shown.resolve,
    dispatched,
    steps: [
      {
        ...classification,
        events: [...(classification.events ?? []), Stamped],
        step: { ...classification.step, concurrency: () => 4, run },
        reactors: [stamp, dispatch],
        work: [dispatching],
        // The search index belongs to the last of the real steps.
        projections: publication.projections ?? [],
      },
    ],
  };
}

const nameIn = (history: readonly StoredEvent[]): string => receivedOf(history).fileName ?? '';
