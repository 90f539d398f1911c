import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Home } from './home.ts';
import type { Isolation } from './isolation.ts';
import { launch, limitMemory } from './launch.ts';
import { diedOf, thrownBy } from './outcomes.ts';
import type { RunUsage, SandboxLimits } from './outcomes.ts';
import type {
  AnswerMessage,
  ChildMessage,
  ChildUsage,
  ReadyMessage,
  RunMessage,
} from './protocol.ts';
import { reservedBytes } from './usage.ts';
import { watch } from './watchdog.ts';

const STDERR_KEPT = 8192;
const START_WITHIN_MS = 30_000;

/** One task for a child, and what it runs under. */
export interface Job {
  task: string;
  input: unknown;
  limits: SandboxLimits;
  onProgress: ((done: number, total: number) => void) | undefined;
  signal: AbortSignal | undefined;
  onUsage: ((usage: RunUsage) => void) | undefined;
}

/** What a child is started with. */
interface WorkerOptions {
  isolation: Isolation;
  memoryBytes: number;
  home: Home;
  /** Worker threads that its parsers start: each is one more V8 isolate. */
  threads: number;
}

/**
 * Starts a child and waits until it is ready. An error here is an outage: it says nothing about any
 * document.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { isolation, memoryBytes, home, threads } = options;
  const child = launch({ isolation, memoryBytes, home, threads: threads > 0 });
  const worker = new Worker(child, memoryBytes, home);
  try {
    const message = await Promise.race([
      worker.firstMessage(AbortSignal.timeout(START_WITHIN_MS)),
      worker.exited,
    ]);
    if (typeof message === 'string') throw new Error(message);
    worker.usage = message.usage;
    if (isolation.memory) {
      const unused = (await reservedBytes(worker.pid)) * (1 + threads);
      await limitMemory(worker.pid, memoryBytes + unused);
    }
    return worker;
  } catch (error) {
    await worker.kill();
    const reason = `${String(error)} ${worker.stderr}`.trim();
    throw new Error(`A parser process did not start: ${reason}`, { cause: error });
  }
}

/** A warm child process; runs one job at a time. */
export class Worker {
  readonly memoryBytes: number;
  readonly home: Home;
  /** Resolves with the signal or the exit code once the process is gone, never rejects. */
  readonly exited: Promise<string>;
  /** As of the end of the last run. */
  usage: ChildUsage = { cpuSeconds: 0, rssBytes: 0 };
  /** Must not be given another job. */
  dead = false;
  runs = 0;
  stderr = '';
  readonly #child: ChildProcess;
  /** Tells the run under way that the process is gone; `exited` would hold on to every past run. */
  #end: ((exit: string) => void) | undefined;
  #killedFor: Error | undefined;

  constructor(child: ChildProcess, memoryBytes: number, home: Home) {
    this.#child = child;
    this.memoryBytes = memoryBytes;
    this.home = home;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_KEPT);
    });
    this.exited = new Promise((resolve) => {
      const gone = (exit: string): void => {
        this.dead = true;
        resolve(exit);
        this.#end?.(exit);
      };
      child.once('error', (error) => gone(error.message));
      // Not 'exit': only now all that it said on stderr is here.
      child.once('close', (code, signal) => gone(signal ?? `exit code ${code}`));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async firstMessage(signal: AbortSignal): Promise<ReadyMessage> {
    const [message] = (await once(this.#child, 'message', { signal })) as [ReadyMessage];
    return message;
  }

  /** Runs the job; whatever ends it other than an answer of the child also ends the child. */
  async run(job: Job): Promise<unknown> {
    job.signal?.throwIfAborted();
    if (this.dead) throw this.#killedFor ?? new Error(`Parser process ${this.pid} is gone.`);
    const { promise, resolve, reject } = Promise.withResolvers<AnswerMessage>();
    const run = (this.runs += 1);
    const onMessage = (message: ChildMessage): void => {
      if (message.type === 'ready' || message.run !== run) return;
      if (message.type !== 'progress') return resolve(message);
      try {
        job.onProgress?.(message.done, message.total);
      } catch (error) {
        reject(error);
      }
    };
    const onAbort = (): void => reject(job.signal?.reason);
    const before = this.usage.cpuSeconds;
    const watchdog = watch(this.pid, job.limits, before, reject);
    this.#end = (exit) => {
      const death = { exit, stderr: this.stderr, peakMemoryBytes: watchdog.peakMemoryBytes() };
      reject(this.#killedFor ?? diedOf(death, job.limits));
    };
    this.#child.on('message', onMessage);
    job.signal?.addEventListener('abort', onAbort);
    try {
      this.#send({ run, task: job.task, input: job.input, workDir: this.home.out });
      return this.#conclude(await promise.catch((error) => this.#giveUp(error)));
    } finally {
      watchdog.stop();
      job.onUsage?.({
        cpuSeconds: Math.max(this.usage.cpuSeconds - before, watchdog.cpuSeconds()),
        peakMemoryBytes: Math.max(this.usage.rssBytes, watchdog.peakMemoryBytes()),
      });
      this.#end = undefined;
      this.#child.off('message', onMessage);
      job.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Kills the child and waits until it is gone; a run under way rejects with `reason`. */
  async kill(reason?: Error): Promise<void> {
    this.dead = true;
    this.#killedFor = reason;
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** An input that cannot be cloned throws; a child that is gone is noticed by its exit. */
  #send(message: RunMessage): void {
    this.#child.send(message, () => {});
  }

  async #giveUp(error: unknown): Promise<never> {
    await this.kill();
    throw error;
  }

  #conclude(answer: AnswerMessage): unknown {
    this.usage = answer.usage;
    if (answer.type === 'done') return answer.output;
    const error = thrownBy(answer.error);
    // Memory that ran out once is fragmented or held: the next document deserves a fresh child.
    const exhausted = 'code' in error && error.code === 'parser-out-of-memory';
    this.dead ||= answer.dying || exhausted;
    throw error;
  }
}
