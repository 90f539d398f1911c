import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { BlobDamaged, type BlobStore } from '../blobs.ts';
import type { Config } from '../config.ts';
import { documentStream, type EventMetadata, type NewEvent, type StoredEvent } from '../event.ts';
import { VersionConflict, type EventStore } from '../event-store.ts';
import { derivedId } from '../ids.ts';
import { isOutage } from '../outage.ts';
import type { RecentEvents } from '../recent-events.ts';
import { meteredSandbox } from '../sandbox/metered.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { StepFailure } from '../step-failure.ts';
import type { JobHandler } from '../work-queue.ts';
import { failureSignature } from './failure-signature.ts';
import type { ProgressBoard } from './progress.ts';
import type { StepGate } from './step-gate.ts';
import type { Step } from './step.ts';
import { foldStep } from './step-state.ts';

/** What the queue holds for a step: the document, and the event that made the step due. */
export interface StepJob {
  document: string;
  cause: string;
}

interface Dependencies {
  store: EventStore;
  recent: RecentEvents;
  stepGate: StepGate;
  blobs: BlobStore;
  sandbox: Sandbox;
  progress: ProgressBoard;
  config: Config;
  log: Logger;
}

/** A step as the queue runs it, and a way to end it before its time. */
export interface StepWorker {
  work: JobHandler<StepJob>;
  /** Ends the run of a document that is no longer wanted; nothing more is stored of it. */
  abandon(document: string): void;
}

/** An attempt under way, and the history that it began with, its start included. */
interface Run {
  document: string;
  cause: string;
  attempt: number;
  history: readonly StoredEvent[];
}

/** So many deaths of the host in a row are a failure of the document. */
const INTERRUPTIONS_ARE_A_FAILURE = 3;

const WORKER = `${hostname()}:${process.pid}`;

/**
 * Runs a step for one document: states `…Started` with its attempt, runs, states the outcome.
 *
 * A job that finds an attempt of its own without an outcome knows that the host died in between
 * (a dying parser is told as a failure at once): it states `…Interrupted` and starts a new attempt,
 * which is no failure, unless it happened three times in a row. An outcome is only stored while its
 * attempt is the newest one and still wanted, so a host that comes back late is refused.
 */
export function stepWorker(step: Step, dependencies: Dependencies): StepWorker {
  const { store, recent, stepGate, blobs, sandbox, progress, config, log } = dependencies;
  const running = new Map<string, AbortController>();

  const work: JobHandler<StepJob> = async ({ document, cause }, { signal: stopping }) => {
    stopping.throwIfAborted();
    const begun = await begin(document, cause);
    if (!begun) return;
    const { attempt, history } = begun;
    const outcome = (fact: NewEvent) => conclude({ document, cause, ...begun }, fact);
    const abandoned = new AbortController();
    running.set(document, abandoned);
    const signal = AbortSignal.any([stopping, abandoned.signal]);
    const reporter = progress.reporter(document, step.slug, attempt);
    const meter = meteredSandbox(sandbox);
    const context = {
      blobs,
      config,
      sandbox: meter.sandbox,
      document,
      history,
      signal,
      progress: reporter.report,
    };
    try {
      const result = await unlessAborted(signal, () => step.run(context));
      await outcome(step.events.Finished({ attempt, ...result }));
    } catch (error) {
      if (abandoned.signal.aborted) return;
      if (stopping.aborted) {
        await outcome(step.events.Interrupted({ attempt, reason: 'shutdown' }));
        throw error;
      }
      if (isOutage(error) && !isFull(error)) throw error;
      const failure = toFailure(error);
      if (failure.cause !== undefined)
        log.warn({ err: failure.cause, document, step: step.slug }, failure.message);
      await outcome(failed(attempt, failure));
    } finally {
      log.debug({ document, step: step.slug, attempt, ...meter.used() }, 'step run');
      if (running.get(document) === abandoned) running.delete(document);
      await reporter.end().catch(() => undefined);
    }
  };

  return { work, abandon: (document) => running.get(document)?.abort() };

  /** States the start of a new attempt; null when nobody waits for it any more. */
  async function begin(document: string, cause: string) {
    const stream = documentStream(document);
    let known = recent.historyOf(stream);
    return decideAgain(async () => {
      const isWanted = known !== null && stepGate.isWanted(known, step.slug, cause);
      const history = known && isWanted ? known : await store.read(stream);
      known = null;
      const state = foldStep(step.events, history);
      if (!isWanted && !stepGate.isWanted(history, step.slug, cause)) return null;
      const facts = startFacts(state);
      const stored = await store.append({
        stream,
        expected: history.length,
        events: facts,
        metadata: metadata(history, cause),
      });
      const started = stored.find((event) => step.events.Started.is(event));
      return started ? { attempt: state.attempt + 1, history: [...history, ...stored] } : null;
    });
  }

  function startFacts(state: ReturnType<typeof foldStep>): NewEvent[] {
    const attempt = state.attempt + 1;
    const start = step.events.Started({ attempt, worker: WORKER });
    if (state.state !== 'running') return [start];
    const interrupted = step.events.Interrupted({ attempt: state.attempt, reason: 'host-died' });
    if (state.interruptions + 1 < INTERRUPTIONS_ARE_A_FAILURE) return [interrupted, start];
    const failure = new StepFailure(
      'interrupted-repeatedly',
      'transient',
      'The server died three times in a row while it worked on this document. Look for the cause on the server, then retry.',
    );
    return [interrupted, failed(state.attempt, failure)];
  }

  function failed(attempt: number, failure: StepFailure): NewEvent {
    const { code, kind, message, detail } = failure;
    const error = { code, kind, message, signature: failureSignature(step.slug, failure), detail };
    return step.events.Failed({ attempt, error });
  }

  /**
   * Stores an outcome while its attempt is the newest, has none and is wanted; a late one is dropped.
   * Decides on what is known from the start first: where somebody has appended since, it is refused.
   */
  async function conclude({ document, cause, attempt, history: known }: Run, outcome: NewEvent) {
    const stream = documentStream(document);
    let isKnown = true;
    await decideAgain(async () => {
      const history = isKnown ? known : await store.read(stream);
      isKnown = false;
      const state = foldStep(step.events, history);
      const isNewest = state.attempt === attempt && state.state === 'running';
      if (!isNewest || !stepGate.isWanted(history, step.slug, cause)) {
        log.warn({ document, step: step.slug, attempt }, 'late outcome refused');
        return;
      }
      const started = history.findLast((event) => step.events.Started.is(event));
      const id = derivedId(stream, step.slug, attempt, 'outcome');
      await store.append({
        stream,
        expected: history.length,
        events: [{ ...outcome, id }],
        metadata: metadata(history, started?.id ?? null),
      });
    });
  }

  function metadata(history: readonly StoredEvent[], causation: string | null): EventMetadata {
    const correlation = history[0]?.metadata.correlation ?? '';
    return { correlation, causation, actor: `system:${step.slug}`, command: `run ${step.slug}` };
  }
}

/** The result, or the signal's reason at once: a step that does not listen to it holds no shutdown up. */
async function unlessAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const listener = () => reject(signal.reason);
  signal.addEventListener('abort', listener);
  try {
    return await Promise.race([run(), aborted]);
  } finally {
    signal.removeEventListener('abort', listener);
  }
}

/** Runs a decision again on the fresh history when somebody else was faster. */
async function decideAgain<T>(decide: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
}

function isFull(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOSPC' || error.code === 'EDQUOT')
  );
}

/** Says what an unexpected error means for the document. */
function toFailure(error: unknown): StepFailure {
  if (error instanceof StepFailure) return error;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const options = { detail, cause: error };
  if (error instanceof BlobDamaged) {
    return new StepFailure(
      'blob-damaged',
      'permanent',
      'The stored file is missing or was altered on disk. Restore it from a backup, or upload the document again.',
      options,
    );
  }
  if (isFull(error)) {
    return new StepFailure(
      'disk-full',
      'transient',
      'The disk is full. Free some space, then retry.',
      options,
    );
  }
  return new StepFailure(
    'internal-error',
    'transient',
    'Something went wrong inside Doctrail. Retry; if it happens again, report it with the technical error.',
    options,
  );
}
