import type { StepSlice } from '../../shared/slice.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import { stepEvents } from '../../shared/steps/step-events.ts';
import { defineStep, type StepContext } from '../../shared/steps/step.ts';
import { publication } from '../../slices/publication/slice.ts';

/** Steps that wait for the test. */
export interface GatedSteps {
  /** `Reading`, then `Filing`. */
  steps: readonly StepSlice[];
  /** Lets a document's running or next step finish. */
  finish(document: string): void;
  /** Fails it for good. */
  fail(document: string, message: string): void;
  /** Tells progress of the running step. */
  progress(document: string, done: number, total: number): void;
  /** From now on every step finishes by itself. */
  open(): void;
}

type Verdict = 'finish' | StepFailure;

/** What makes a test deterministic: documents move when it says so, and no parser takes its time. */
export function gatedSteps(): GatedSteps {
  const verdicts = new Map<string, Verdict[]>();
  const running = new Map<string, { context: StepContext; look: () => void }>();
  let isOpen = false;

  async function run(context: StepContext) {
    const { document, signal } = context;
    for (;;) {
      const verdict = verdicts.get(document)?.shift() ?? (isOpen ? 'finish' : null);
      if (verdict === 'finish') return {};
      if (verdict) throw verdict;
      await new Promise<void>((look) => {
        running.set(document, { context, look });
        signal.addEventListener('abort', () => look(), { once: true });
      });
      running.delete(document);
      signal.throwIfAborted();
    }
  }

  function tell(document: string, verdict: Verdict): void {
    verdicts.set(document, [...(verdicts.get(document) ?? []), verdict]);
    running.get(document)?.look();
  }

  return {
    steps: [
      gatedStep('Reading', run),
      // The search index belongs to the last of the real steps.
      { ...gatedStep('Filing', run), projections: publication.projections ?? [] },
    ],
    finish: (document) => tell(document, 'finish'),
    fail: (document, message) => tell(document, new StepFailure('gate', 'permanent', message)),
    progress: (document, done, total) => running.get(document)?.context.progress(done, total),
    open() {
      isOpen = true;
      for (const { look } of running.values()) look();
    },
  };
}

function gatedStep(
  title: string,
  run: (context: StepContext) => Promise<Record<string, never>>,
): StepSlice {
  const slug = title.toLowerCase();
  const events = stepEvents(title, title, {});
  const step = defineStep({ slug, title, events, concurrency: () => 20, run: async (c) => run(c) });
  return {
    name: slug,
    summary: `Waits until a test lets it finish.`,
    events: Object.values(events),
    step,
  };
}
