import { inspect } from 'node:util';
import { StepFailure } from '../step-failure.ts';
import type {
  AnswerMessage,
  ChildMessage,
  ChildUsage,
  FailedMessage,
  RunMessage,
  ThrownError,
  ThrownStepFailure,
} from './protocol.ts';
import type { Task } from './task.ts';

// The sandboxed process: loads task modules on demand, runs one task at a time and stays warm.

const PROGRESS_EVERY_MS = 50;
const DETAIL_KEPT = 10_000;

let running: number | undefined;

// The parent is gone. Only for systems without setpriv, for a busy loop never gets here.
process.on('disconnect', () => process.exit(0));

// Ctrl-C and service managers signal every process; the parent decides when its children end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

process.on('message', (message: RunMessage) => void perform(message));

// A parser that throws outside the promise it returned: the document's failure, not a crash.
process.on('uncaughtException', (error) => {
  if (running === undefined) process.exit(1);
  send(failed(running, error, 'task', true), () => process.exit(1));
});

send({ type: 'ready', usage: usage() });

async function perform(message: RunMessage): Promise<void> {
  running = message.run;
  const answer = await work(message);
  running = undefined;
  try {
    send(answer);
  } catch (error) {
    send(failed(message.run, error, 'task', false)); // an output that cannot be cloned
  }
}

async function work({ run, task, input, workDir }: RunMessage): Promise<AnswerMessage> {
  let during: ThrownError['during'] = 'import';
  try {
    const module = (await import(task)) as { default: Task<unknown, unknown> };
    during = 'task';
    const output = await module.default(input, { workDir, progress: progressOf(run) });
    return { type: 'done', run, output, usage: usage() };
  } catch (error) {
    return failed(run, error, during, false);
  }
}

function progressOf(run: number): (done: number, total: number) => void {
  let next = 0;
  return (done, total) => {
    const now = performance.now();
    if (now < next && done < total) return;
    next = now + PROGRESS_EVERY_MS;
    send({ type: 'progress', run, done, total });
  };
}

function failed(
  run: number,
  error: unknown,
  during: ThrownError['during'],
  dying: boolean,
): FailedMessage {
  return { type: 'failed', run, error: describe(error, during), usage: usage(), dying };
}

function describe(error: unknown, during: ThrownError['during']): ThrownStepFailure | ThrownError {
  if (error instanceof StepFailure) {
    const { code, kind, message, detail } = error;
    return { type: 'step-failure', code, kind, message, detail };
  }
  const thrown = error instanceof Error ? error : new Error(String(error));
  const { name, message } = thrown;
  // With the cause and the code, which the stack lacks.
  const detail = inspect(thrown).slice(0, DETAIL_KEPT);
  return { type: 'error', during, name, message, detail };
}

function send(message: ChildMessage, sent: () => void = () => {}): void {
  process.send?.(message, sent);
}

function usage(): ChildUsage {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
}
