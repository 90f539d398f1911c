import type { Worker } from './worker.ts';

/** Children of one kind: at most `size` at a time, kept warm, handed out in the order of asking. */
export interface Pool {
  /** A child for one run; waits for a free place. Rejects with `signal.reason` when aborted meanwhile. */
  take(memoryBytes: number, signal: AbortSignal | undefined): Promise<Worker>;
  /** Ends the run: the child is kept for the next or, when it is worn, killed. */
  give(worker: Worker): void;
  workers(): { worker: Worker; busy: boolean }[];
  close(): Promise<void>;
}

export function createPool(options: {
  size: number;
  recycleAfterRuns: number;
  recycleAboveBytes: number;
  start: (memoryBytes: number) => Promise<Worker>;
}): Pool {
  const idle: Worker[] = [];
  const busy = new Set<Worker>();
  const starting = new Set<Promise<unknown>>();
  const waiting: { enter: () => void; reject: (reason: unknown) => void }[] = [];
  let free = options.size;
  let closed = false;

  async function enter(signal: AbortSignal | undefined): Promise<void> {
    if (closed) throw closedError();
    if (options.size < 1)
      throw new Error('This pool of the sandbox is configured without workers.');
    signal?.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const place = { enter: resolve, reject };
    const leave = (): void => {
      waiting.splice(waiting.indexOf(place), 1);
      reject(signal?.reason);
    };
    waiting.push(place);
    signal?.addEventListener('abort', leave);
    // Called synchronously when the place is given, so that an abort cannot come in between.
    place.enter = () => {
      signal?.removeEventListener('abort', leave);
      resolve();
    };
    await promise;
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next.enter();
  }

  /** The most recently used child with this limit, or a new one in the place of another. */
  async function fetch(memoryBytes: number): Promise<Worker> {
    idle.splice(0, idle.length, ...idle.filter((worker) => !worker.dead));
    const known = idle.findLastIndex((worker) => worker.memoryBytes === memoryBytes);
    const [worker] = known === -1 ? [] : idle.splice(known, 1);
    if (worker !== undefined) return worker;
    if (idle.length + busy.size + starting.size >= options.size) await idle.shift()?.kill();
    const started = options.start(memoryBytes);
    starting.add(started);
    try {
      return await started;
    } finally {
      starting.delete(started);
    }
  }

  function worn(worker: Worker): boolean {
    return (
      worker.runs >= options.recycleAfterRuns || worker.usage.rssBytes > options.recycleAboveBytes
    );
  }

  return {
    async take(memoryBytes, signal) {
      await enter(signal);
      try {
        const worker = await fetch(memoryBytes);
        busy.add(worker);
        if (closed) await worker.kill(closedError());
        return worker;
      } catch (error) {
        leave();
        throw error;
      }
    },
    give(worker) {
      busy.delete(worker);
      if (worker.dead || closed || worn(worker)) void worker.kill();
      else idle.push(worker);
      leave();
    },
    workers: () => [
      ...idle.filter((worker) => !worker.dead).map((worker) => ({ worker, busy: false })),
      ...[...busy].map((worker) => ({ worker, busy: true })),
    ],
    async close() {
      closed = true;
      for (const place of waiting.splice(0)) place.reject(closedError());
      await Promise.allSettled(starting);
      await Promise.all([...idle, ...busy].map((worker) => worker.kill(closedError())));
    },
  };
}

/** No statement about any document: whoever shuts down has interrupted its run. */
function closedError(): Error {
  return new Error('The sandbox is closed.');
}
