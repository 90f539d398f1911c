import { deeds, faultsInName, type Fault } from '../faults/fault.ts';
import { isOfProcessing } from '../faults/story.ts';
import type { HistoryEvent, ListedDocument } from './client.ts';
import { exactlyOnce, flawsOfOrder, flawsOfStep, pascalCase } from './history.ts';
import type { SmallFile } from './small-files.ts';

/** What the proofs configure: a step that fails once more is given up. */
export const RETRIES = 3;

const DECISIONS = new Set(['StepRetryScheduled', 'StepGivenUp']);

/**
 * What is wrong with the end of a document whose file name says its faults: its status, or a history
 * in which a failure has not one decision, a retry not one start at its time, or an outcome not the
 * number of failures that it must have.
 */
export function flawsOfRetries(
  file: Pick<SmallFile, 'name'>,
  document: Pick<ListedDocument, 'status' | 'step'>,
  history: readonly HistoryEvent[],
): string[] {
  const plan = (history[0]?.data['plan'] ?? []) as string[];
  const { run, givenUp } = expectedOf(plan, faultsInName(file.name));
  const status = givenUp === null ? 'completed' : 'failed';
  const last = givenUp === null ? 'DocumentCompleted' : 'StepGivenUp';
  const end = history.findLast(isOfProcessing)?.type;
  return [
    ...(document.status === status && document.step === givenUp
      ? []
      : [`${document.status} at ${document.step}, not ${status} at ${givenUp}`]),
    ...flawsOfOrder(history),
    ...['DocumentReceived', last].flatMap((type) => exactlyOnce(history, type)),
    ...(end === last ? [] : [`${end} is the end, not ${last}`]),
    ...run.flatMap(({ step, failures }) => flawsOfRun(history, step, failures, step === givenUp)),
    ...history
      .filter(({ type }) => type.endsWith('Failed'))
      .flatMap((e) => flawsOfFailure(history, e)),
    ...history.filter(isScheduled).flatMap((event) => flawsOfRetry(history, event)),
  ];
}

const isScheduled = ({ type }: HistoryEvent) => type === 'StepRetryScheduled';

/** The steps that are to run, each with the failures that it is to have, and the one that is given up. */
function expectedOf(plan: readonly string[], faults: readonly Fault[]) {
  const run: { step: string; failures: number }[] = [];
  for (const step of plan) {
    const fault = faults.find((each) => each.step === step);
    const permanent = fault !== undefined && deeds[fault.does].kind === 'permanent';
    const most = permanent ? 1 : RETRIES + 1;
    const failures = Math.min(fault?.times ?? 0, most);
    run.push({ step, failures });
    if (failures === most) return { run, givenUp: step };
  }
  return { run, givenUp: null };
}

function flawsOfRun(
  history: readonly HistoryEvent[],
  step: string,
  failures: number,
  givenUp: boolean,
): string[] {
  const name = pascalCase(step);
  const failed = history.filter(({ type }) => type === `${name}Failed`).length;
  return [
    ...flawsOfStep(history, name, givenUp ? 'Failed' : 'Finished'),
    ...(failed === failures ? [] : [`${name} failed ${failed} times, not ${failures}`]),
  ];
}

function flawsOfFailure(history: readonly HistoryEvent[], failed: HistoryEvent): string[] {
  const decisions = history.filter(
    ({ type, metadata }) => DECISIONS.has(type) && metadata.causation === failed.id,
  );
  return decisions.length === 1
    ? []
    : [`${failed.type} ${String(failed.data['attempt'])} has ${decisions.length} decisions`];
}

/** The next start of the step is the one that was scheduled, and not before its time. */
function flawsOfRetry(history: readonly HistoryEvent[], retry: HistoryEvent): string[] {
  const { step, attempt, dueAt } = retry.data as { step: string; attempt: number; dueAt: string };
  const started = startOf(history, retry);
  const name = `the retry of ${step} as attempt ${attempt}`;
  if (!started) return [`${name} never began`];
  if (started.data['attempt'] !== attempt)
    return [`${name} began as ${String(started.data['attempt'])}`];
  return Date.parse(started.storedAt) < Date.parse(dueAt) ? [`${name} began too early`] : [];
}

/** The first start of its step after a retry was scheduled. */
export function startOf(
  history: readonly HistoryEvent[],
  retry: HistoryEvent,
): HistoryEvent | undefined {
  const type = `${pascalCase(String(retry.data['step']))}Started`;
  return history.find((event) => event.version > retry.version && event.type === type);
}
