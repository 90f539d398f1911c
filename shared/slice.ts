import type { EventDefinition, StoredEvent } from './event.ts';
import type { Projection } from './projection.ts';
import type { Reactor } from './reactor.ts';
import type { Runtime } from './runtime.ts';
import type { Step } from './steps/step.ts';
import type { App } from './web/server.ts';
import type { JobHandler } from './work-queue.ts';

/** Something that somebody may ask for; it leads to facts or to a refusal. */
export interface CommandDescription {
  name: string;
  /** Who may ask: roles, or `queue` for work that an event led to. */
  by: readonly string[];
  states: readonly EventDefinition[];
}

/** Something that people or machines look at. */
export interface ScreenDescription {
  name: string;
  url: string;
  /** Names of the read models it shows; `history` is the stream itself. */
  shows: readonly string[];
  /** Names of the commands it offers. */
  offers?: readonly string[];
}

/** What is done with the jobs of a queue. */
export interface QueuedWork {
  queue: string;
  /** How many jobs one process does at a time. */
  concurrency: number;
  handle: JobHandler<object>;
}

/**
 * The manifest of one feature: plain data that the wiring runs and the event model prints. What is
 * not in it does not run, and what does not run is not in it.
 */
export interface Slice {
  /** Its folder. */
  name: string;
  /** One sentence. */
  summary: string;
  events?: readonly EventDefinition[];
  commands?: readonly CommandDescription[];
  reactors?: readonly Reactor[];
  // A read model's row type is its own business.
  // oxlint-disable-next-line typescript/no-explicit-any
  projections?: readonly Projection<any>[];
  step?: Step;
  /** Work that its reactors enqueue, apart from that of a step. */
  work?: readonly QueuedWork[];
  screens?: readonly ScreenDescription[];
  routes?(app: App, runtime: Runtime): void | Promise<void>;
  /** Every event as it is read in this process, for live pages; effects belong into reactors. */
  onEvents?(events: readonly StoredEvent[]): void;
  /** What processes tell each other: a live read model's name, or `progress:<document>`. */
  onLive?(told: string): void;
  /** Runs before the first event is read: what has to stand in the log before that. */
  start?(): Promise<void>;
  /** Ends what the slice keeps running. */
  stop?(): Promise<void>;
}

/** A slice whose feature is a processing step. */
export type StepSlice = Slice & { step: Step };
