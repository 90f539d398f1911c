import type { Deed as ParserDeed } from '../../shared/sandbox/sandbox.fixture.ts';
import type { SandboxLimits } from '../../shared/sandbox/sandbox.ts';
import type { StepSlice } from '../../shared/slice.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import type { Step, StepContext } from '../../shared/steps/step.ts';
import { DocumentReceived } from '../../slices/receive-document/events.ts';
import { deeds, faultsInName, type Deed, type FaultsOf } from './fault.ts';

const TASK = new URL('../../shared/sandbox/sandbox.fixture.ts', import.meta.url);
const MIB = 2 ** 20;

/** What only the fault runs under: the real work keeps its own limits. */
const LIMITS = { wallClockMs: 30_000, cpuSeconds: 30, memoryBytes: 256 * MIB };
const SOON = { ...LIMITS, wallClockMs: 500 };

/**
 * The steps, which fail as a document's faults say and then do their real work. How often one has
 * failed stands in the history, so that it holds across processes that were killed.
 */
export function faultySteps(
  slices: readonly StepSlice[],
  faultsOf: FaultsOf = faultsInName,
): readonly StepSlice[] {
  return slices.map((slice) => ({ ...slice, step: faulty(slice.step, faultsOf) }));
}

function faulty(step: Step, faultsOf: FaultsOf): Step {
  return {
    ...step,
    async run(context) {
      const received = context.history.find(DocumentReceived.is);
      const faults = faultsOf(received?.data.fileName ?? '');
      const fault = faults.find(({ step: slug }) => slug === step.slug);
      const failures = context.history.filter((event) => step.events.Failed.is(event)).length;
      if (fault && failures < fault.times) await perform(fault.does, context);
      return step.run(context);
    },
  };
}

async function perform(deed: Deed, context: StepContext): Promise<void> {
  const { code, kind } = deeds[deed];
  switch (deed) {
    case 'fail-transient':
      throw new StepFailure(code, kind, 'The shelf is locked. Wait for the key.');
    case 'fail-permanent':
      throw new StepFailure(code, kind, 'The page is blank. Send another one.');
    case 'throw':
      throw new TypeError('nobody foresaw this');
    case 'loop':
      return inParser('endless-loop', context, SOON);
    case 'memory':
      return inParser('heap-memory', context);
    case 'kill':
      return inParser('kill-itself', context);
    case 'throw-in-parser':
      return inParser('throw', context);
    default:
      return deed satisfies never;
  }
}

async function inParser(
  deed: ParserDeed,
  { sandbox, signal }: StepContext,
  limits: SandboxLimits = LIMITS,
): Promise<void> {
  await sandbox.run(TASK, { deed }, { signal, limits });
}
