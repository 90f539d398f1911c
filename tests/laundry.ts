import type { NewEvent } from '../shared/event.ts';
import { factsOf } from '../shared/steps/step.fixture.ts';
import { stepEvents } from '../shared/steps/step-events.ts';
import { defineStep, type Step } from '../shared/steps/step.ts';
import {
  DocumentCancelled,
  ReprocessingRequested,
  StepRetryRequested,
  StepSkipped,
} from '../slices/failure-admin/events.ts';
import { DocumentCompleted } from '../slices/pipeline/events.ts';
import { DocumentReceived } from '../slices/receive-document/events.ts';
import { StepGivenUp, StepRetryScheduled } from '../slices/retry-policy/events.ts';

// A pipeline that is small enough to write its histories down: a shirt is washed, dried and folded.

const stepNamed = (slug: string, name: string) =>
  defineStep({
    slug,
    title: name,
    events: stepEvents(name, name, {}),
    concurrency: () => 1,
    run: async () => ({}),
  });
const washing = stepNamed('wash', 'Washing');
const drying = stepNamed('dry', 'Drying');
const folding = stepNamed('fold', 'Folding');

export const steps: readonly Step[] = [washing, drying, folding];
export const wash = factsOf(washing.events);
export const dry = factsOf(drying.events);
export const fold = factsOf(folding.events);

export const received = (...plan: string[]) =>
  DocumentReceived({
    fileName: 'shirt.txt',
    claimedMediaType: 'text/plain',
    bytes: 1,
    sha256: '',
    source: null,
    label: null,
    plan,
    duplicateOf: null,
  });
export const everything = received('wash', 'dry', 'fold');

/** A step that went well at its first attempt, or at another. */
export const done = (step: typeof wash, attempt = 1): NewEvent[] => [
  step.started(attempt),
  step.finished(attempt),
];

export const completed = DocumentCompleted({});
export const DUE_AT = '2026-01-01T01:00:00.000Z';

/** The retry policy: the step is tried again at DUE_AT. */
export const scheduled = (step: string, attempt: number) =>
  StepRetryScheduled({
    step,
    attempt,
    retry: attempt - 1,
    retries: 3,
    dueAt: DUE_AT,
    reason: 'broken may pass',
  });
export const givenUp = (step: string, attempts = 1) =>
  StepGivenUp({ step, attempts, why: 'retries-spent', reason: 'it failed often' });

const reason = 'The machine was mended.';
export const retryRequested = (step: string) => StepRetryRequested({ step, reason });
export const skipped = (step: string) => StepSkipped({ step, reason });
export const cancelled = DocumentCancelled({ reason });
export const reprocessed = (fromStep: string) => ReprocessingRequested({ fromStep, reason });
