import { tmpdir } from 'node:os';
import { lend, openHome } from './home.ts';
import { findIsolation, weaknesses, type Isolation } from './isolation.ts';
import type { RunUsage, SandboxLimits } from './outcomes.ts';
import { createPool } from './pool.ts';
import type { Pool } from './pool.ts';
import { startWorker } from './worker.ts';
import type { Worker } from './worker.ts';
import { openWorkDirs } from './work-dirs.ts';
import type { WorkDirs } from './work-dirs.ts';

export type { RunUsage, SandboxLimits } from './outcomes.ts';

/** How one task is run. */
export interface SandboxRun {
  /** Over the sandbox's own. A memory limit other than the last run's costs a new child (80 ms). */
  limits?: Partial<SandboxLimits>;
  onProgress?: (done: number, total: number) => void;
  /** Kills the child; the run rejects with `signal.reason`. */
  signal?: AbortSignal;
  /** From `inWorkDir`: what the task leaves in its own folder is moved there afterwards. */
  workDir?: string;
  /** Told once the run has ended, however it did. */
  onUsage?: (usage: RunUsage) => void;
}

/** Which children run it: `ocr` is for the slow and large, so that they do not hold up the others. */
type PoolName = 'reader' | 'ocr';

/**
 * Parsers are hostile territory: every task runs in a warm child process of its own.
 *
 *     run ─▶ place in the pool ─▶ idle child, or a new one ─▶ task
 *              answer ─▶ child is idle again (or worn: killed)
 *              limit exceeded, abort, crash ─▶ child is killed, the next run gets another
 *
 * A child has nothing but the code, a folder of its own, and the file that it is lent for a run: no
 * other files, no environment, no network, no programs (see `launch.ts`). As it stays warm, one that
 * a document has taken over could harm the documents after it, until it is replaced.
 *
 * A run rejects with a `StepFailure`: the task's own; `parser-error` where it threw anything else;
 * `parser-out-of-memory` and `parser-timeout` (permanent); `parser-crashed` (transient) where the
 * child died of anything else. Any other error is an outage (no process, no disk) or a bug.
 */
export interface Sandbox {
  /** Where `input.file` is a path, the task is given another one under which it alone reads that file. */
  // eslint-disable-next-line typescript/no-unnecessary-type-parameters -- lets a caller have its input checked: run<In, Out>(…)
  run<Input, Output>(
    task: URL,
    input: Input,
    options?: SandboxRun & { pool?: PoolName },
  ): Promise<Output>;
  /** A folder below `tempRoot` for several runs, removed afterwards, or by a later process when this one is killed. */
  inWorkDir<T>(work: (workDir: string) => Promise<T>): Promise<T>;
  /** How far this system lets children be shut in. */
  isolation(): Promise<Isolation>;
  processes(): { pid: number; pool: string; busy: boolean; runs: number }[];
  /** Kills all children; runs under way and waiting reject. */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;

export function createSandbox(options: {
  workers: number;
  ocrWorkers: number;
  limits: SandboxLimits;
  /** A child is replaced after so many runs (200), or when it stays large after one. */
  recycleAfterRuns?: number;
  log?: (message: string) => void;
  /** Where the folders of children and runs are made (the system's temporary folder). */
  tempRoot?: string;
}): Sandbox {
  const prepared = prepare(options.tempRoot ?? tmpdir(), options.log ?? (() => {}));
  prepared.catch(() => {}); // said by the first run

  async function start(memoryBytes: number, threads: number): Promise<Worker> {
    const { isolation, workDirs } = await prepared;
    const home = await openHome(await workDirs.make('child'));
    const removed = () => workDirs.remove(home.root);
    const worker = await startWorker({ isolation, memoryBytes, home, threads }).catch((error) =>
      removed().then(() => Promise.reject(error)),
    );
    void worker.exited.then(removed);
    return worker;
  }

  const poolOf = (size: number, threads: number): Pool =>
    createPool({
      size,
      recycleAfterRuns: options.recycleAfterRuns ?? 200,
      recycleAboveBytes: Math.min(512 * MIB, options.limits.memoryBytes / 2),
      start: (memoryBytes) => start(memoryBytes, threads),
    });
  // tesseract.js reads in a worker thread of its own.
  const pools = { reader: poolOf(options.workers, 0), ocr: poolOf(options.ocrWorkers, 1) };

  return {
    async run<Output>(
      task: URL,
      input: unknown,
      run: SandboxRun & { pool?: PoolName } = {},
    ): Promise<Output> {
      const limits = { ...options.limits, ...run.limits };
      const pool = pools[run.pool ?? 'reader'];
      const worker = await pool.take(limits.memoryBytes, run.signal);
      try {
        return await lend(worker.home, fileOf(input), run.workDir, async (file) => {
          const { onProgress, onUsage, signal } = run;
          const lent = file === null ? input : { ...(input as object), file };
          const job = { task: task.href, input: lent, limits, onProgress, onUsage, signal };
          return (await worker.run(job)) as Output;
        });
      } finally {
        pool.give(worker);
      }
    },
    inWorkDir: async (work) => inWorkDir((await prepared).workDirs, work),
    isolation: async () => (await prepared).isolation,
    processes: () =>
      Object.entries(pools).flatMap(([name, pool]) =>
        pool.workers().map(({ worker, busy }) => describe(worker, name, busy)),
      ),
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.close()));
      await (await prepared).workDirs.removeAll();
    },
  };
}

async function prepare(tempRoot: string, log: (message: string) => void) {
  const [isolation, workDirs] = await Promise.all([findIsolation(), openWorkDirs(tempRoot)]);
  weaknesses(isolation).forEach(log);
  return { isolation, workDirs };
}

function fileOf(input: unknown): string | null {
  const { file } = (input ?? {}) as { file?: unknown };
  return typeof file === 'string' ? file : null;
}

async function inWorkDir<T>(workDirs: WorkDirs, work: (workDir: string) => Promise<T>): Promise<T> {
  const workDir = await workDirs.make();
  try {
    return await work(workDir);
  } finally {
    await workDirs.remove(workDir);
  }
}

function describe(worker: Worker, pool: string, busy: boolean) {
  return { pid: worker.pid, pool, busy, runs: worker.runs };
}
