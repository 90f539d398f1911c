import { outOfMemory, timeout } from './outcomes.ts';
import type { SandboxLimits } from './outcomes.ts';
import type { StepFailure } from '../step-failure.ts';
import { usageOf } from './usage.ts';

const LOOK_EVERY_MS = 100;

/** Watches one run; `stop()` it. */
interface Watchdog {
  /** The most memory seen so far. */
  peakMemoryBytes(): number;
  /** Those of this run, as last seen. */
  cpuSeconds(): number;
  stop(): void;
}

/**
 * Calls `exceeded`, at least once, when the process exceeds a limit: time by a timer, CPU and memory
 * by looking ten times a second. CPU counts from `cpuSecondsBefore`, as the process is warm.
 */
export function watch(
  pid: number,
  limits: SandboxLimits,
  cpuSecondsBefore: number,
  exceeded: (failure: StepFailure) => void,
): Watchdog {
  let peak = 0;
  let cpuSeconds = 0;
  const look = async (): Promise<void> => {
    const usage = await usageOf(pid);
    if (usage === undefined) return;
    peak = Math.max(peak, usage.memoryBytes);
    cpuSeconds = usage.cpuSeconds - cpuSecondsBefore;
    if (usage.memoryBytes > limits.memoryBytes) {
      exceeded(outOfMemory(`${usage.memoryBytes} of ${limits.memoryBytes} bytes used`));
    }
    if (cpuSeconds > limits.cpuSeconds) {
      exceeded(timeout(`${limits.cpuSeconds} s of computing time`));
    }
  };
  const looking = setInterval(() => void look(), LOOK_EVERY_MS);
  const clock = setTimeout(
    () => exceeded(timeout(`${limits.wallClockMs / 1000} s`)),
    limits.wallClockMs,
  );
  return {
    peakMemoryBytes: () => peak,
    cpuSeconds: () => cpuSeconds,
    stop() {
      clearInterval(looking);
      clearTimeout(clock);
    },
  };
}
