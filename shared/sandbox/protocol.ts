import type { FailureKind } from '../step-failure.ts';

/** Parent to child: do this. One run at a time. */
export interface RunMessage {
  run: number;
  task: string;
  input: unknown;
  workDir: string;
}

/** Sent once. */
export interface ReadyMessage {
  type: 'ready';
  usage: ChildUsage;
}

interface ProgressMessage {
  type: 'progress';
  run: number;
  done: number;
  total: number;
}

interface DoneMessage {
  type: 'done';
  run: number;
  output: unknown;
  usage: ChildUsage;
}

/** A task that threw. `dying`: the child's state is unknown, it ends itself. */
export interface FailedMessage {
  type: 'failed';
  run: number;
  error: ThrownStepFailure | ThrownError;
  usage: ChildUsage;
  dying: boolean;
}

/** How a run ended, as far as the child can tell. */
export type AnswerMessage = DoneMessage | FailedMessage;
export type ChildMessage = ReadyMessage | ProgressMessage | AnswerMessage;

/** What the child has used so far; memory is what is resident now. */
export interface ChildUsage {
  cpuSeconds: number;
  rssBytes: number;
}

export interface ThrownStepFailure {
  type: 'step-failure';
  code: string;
  kind: FailureKind;
  message: string;
  detail: string | null;
}

/** `import`: the task's module could not be loaded, which no document is to blame for. */
export interface ThrownError {
  type: 'error';
  during: 'import' | 'task';
  name: string;
  message: string;
  detail: string;
}
