import type { StoredEvent } from '../event.ts';

/** Judges for the kernel, which knows no slice, whether a step is still to run for a document. */
export interface StepGate {
  /** Whether the work that the event `cause` asked for is still to be done; false once it has an outcome. */
  isWanted(history: readonly StoredEvent[], step: string, cause: string): boolean;
  /** Whether an event ends whatever runs for its document. */
  ends(event: StoredEvent): boolean;
}
