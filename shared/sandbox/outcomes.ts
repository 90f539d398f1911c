import { StepFailure } from '../step-failure.ts';
import type { ThrownError, ThrownStepFailure } from './protocol.ts';

/** The limits of one run. CPU seconds are those of all threads of the child. */
export interface SandboxLimits {
  memoryBytes: number;
  wallClockMs: number;
  cpuSeconds: number;
}

/** What one run took; memory is the most that the child was seen to hold, looked at ten times a second. */
export interface RunUsage {
  cpuSeconds: number;
  peakMemoryBytes: number;
}

/** How a child ended by itself: its signal or exit code, and its last words. */
interface Death {
  exit: string;
  stderr: string;
  /** The most memory that it was seen to use. */
  peakMemoryBytes: number;
}

// V8's and Node's words; those of wasm and libstdc++; the kernel's.
const OUT_OF_MEMORY =
  /out of memory|reached heap limit|ineffective mark-compacts|failed to allocate|allocation failed|unable to grow instance memory|invalid string length|ERR_STRING_TOO_LONG|bad_alloc|cannot allocate memory|ENOMEM/i;

/** What a run ends with whose task threw. Only a task that could not be loaded is no `StepFailure`. */
export function thrownBy(error: ThrownStepFailure | ThrownError): Error {
  if (error.type === 'step-failure') {
    const options = error.detail === null ? {} : { detail: error.detail };
    return new StepFailure(error.code, error.kind, error.message, options);
  }
  if (error.during === 'import') return new Error(`A task could not be loaded. ${error.detail}`);
  if (OUT_OF_MEMORY.test(`${error.name}: ${error.message}`)) return outOfMemory(error.detail);
  return new StepFailure(
    'parser-error',
    'permanent',
    'The document could not be read, it may be damaged. Save it again with its own program and send the new file.',
    { detail: error.detail },
  );
}

/** What a run ends with whose child died without being killed by the sandbox. */
export function diedOf(death: Death, limits: SandboxLimits): StepFailure {
  const detail = [death.exit, death.stderr.trim()].filter(Boolean).join('\n');
  // The kernel's own out-of-memory killer leaves no words, only a child that had grown large.
  const large = death.peakMemoryBytes > limits.memoryBytes / 2;
  if (OUT_OF_MEMORY.test(death.stderr) || (death.exit === 'SIGKILL' && large)) {
    return outOfMemory(detail);
  }
  return new StepFailure(
    'parser-crashed',
    'transient',
    'The program that reads this document crashed. If it does so again, save the document in another format and send that.',
    { detail },
  );
}

export function timeout(limit: string): StepFailure {
  return new StepFailure(
    'parser-timeout',
    'permanent',
    `Reading the document took longer than the ${limit} that are allowed. Split or simplify it and send it again.`,
  );
}

export function outOfMemory(detail: string): StepFailure {
  return new StepFailure(
    'parser-out-of-memory',
    'permanent',
    'Reading the document needs more memory than is allowed. Split it or shrink its images and send it again.',
    { detail },
  );
}
