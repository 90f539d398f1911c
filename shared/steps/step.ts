import type { Static, TObject, TProperties } from 'typebox';
import type { BlobStore } from '../blobs.ts';
import type { Config } from '../config.ts';
import type { StoredEvent } from '../event.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { StepEvents } from './step-events.ts';

/** What a running step may use. */
export interface StepContext {
  document: string;
  /** Every fact about the document so far. */
  history: readonly StoredEvent[];
  blobs: BlobStore;
  sandbox: Sandbox;
  config: Config;
  /** Tells people how far it is, for example pages; throttled, never stored as a fact. */
  progress(done: number, total: number): void;
  /** Aborts when the process stops. */
  signal: AbortSignal;
}

export type StepResult<Result extends TProperties> = Static<TObject<Result>>;

/**
 * One processing step. `run` returns its result or throws a StepFailure, a statement about this
 * document; anything else it throws is a bug or an outage and is tried again by the queue.
 */
export interface Step<Result extends TProperties = TProperties> {
  /** In URLs, plans and queues: `text-extraction`. For ever. */
  slug: string;
  /** For people: `Text extraction`. */
  title: string;
  events: StepEvents<Result>;
  /** How many documents one process works on at a time. */
  concurrency(config: Config): number;
  run(context: StepContext): Promise<StepResult<Result>>;
}

/** Types a step by its result. */
export function defineStep<Result extends TProperties>(step: Step<Result>): Step {
  return step as unknown as Step;
}

export function stepQueue(slug: string): string {
  return `step-${slug}`;
}
