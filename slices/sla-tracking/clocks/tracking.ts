import type { EventDefinition, StoredEvent } from '../../../shared/event.ts';
import { DocumentErased } from '../../../shared/erased.ts';
import type { Step } from '../../../shared/steps/step.ts';
import {
  DocumentCancelled,
  ReprocessingRequested,
  StepRetryRequested,
  StepSkipped,
} from '../../failure-admin/events.ts';
import { DocumentCompleted } from '../../pipeline/events.ts';
import { DocumentReceived } from '../../receive-document/events.ts';
import { StepGivenUp, StepRetryScheduled } from '../../retry-policy/events.ts';
import { SlaBreached, SlaTargetsFixed, SlaWarningRaised } from '../events.ts';
import {
  BREACH,
  DOCUMENT_CLOCK,
  end,
  enter,
  isRunning,
  newClock,
  wind,
  type Clock,
  type Promised,
} from './clock.ts';
import type { Phase } from './phase.ts';

/** The clocks of one document, those of earlier runs included. */
export interface Tracking {
  /** 1 when it was received, one more for every reprocessing. */
  run: number;
  /** One a run, where there is any. */
  promises: Promised[];
  clocks: Clock[];
}

/** How clocks go with the facts about a document: pure, so a history cut at a time tells how they stood then. */
export interface TrackingFold {
  /** Everything that moves a clock. */
  events: readonly EventDefinition[];
  evolve(tracking: Tracking | undefined, event: StoredEvent): Tracking | undefined;
}

type Change = (tracking: Tracking, event: StoredEvent) => Tracking;

/** The fold for the steps that there are; a fifth is known by standing in the list. */
export function trackingFold(steps: readonly Step[]): TrackingFold {
  const changes = new Map<EventDefinition, Change>([
    ...steps.flatMap(ofStep),
    to(StepRetryScheduled, (tracking, { data, storedAt }) =>
      inPhase(tracking, data.step, 'retrying', storedAt),
    ),
    to(StepRetryRequested, (tracking, { data, storedAt }) =>
      inPhase(tracking, data.step, 'retrying', storedAt),
    ),
    to(StepGivenUp, (tracking, { data, storedAt }) =>
      inPhase(tracking, data.step, 'failed', storedAt),
    ),
    to(StepSkipped, (tracking, { data, storedAt }) => stepDone(tracking, data.step, storedAt)),
    to(DocumentCompleted, (tracking, { storedAt }) =>
      change(tracking, DOCUMENT_CLOCK, (clock) => end(clock, storedAt.getTime())),
    ),
    to(DocumentCancelled, (tracking, { storedAt }) => stopAll(tracking, storedAt)),
    to(DocumentErased, (tracking, { storedAt }) => stopAll(tracking, storedAt)),
    to(ReprocessingRequested, (tracking, { data, storedAt }) =>
      runAgain(tracking, data.fromStep, storedAt),
    ),
    to(SlaTargetsFixed, (tracking, { data }) => withTargets(tracking, data)),
    to(SlaWarningRaised, (tracking, { data }) => {
      const { run, clock, percent } = data;
      return said(tracking, run, clock, percent, { warned: percent });
    }),
    to(SlaBreached, (tracking, { data: { run, clock, step, phase } }) =>
      said(tracking, run, clock, BREACH, { breached: { step, phase } }),
    ),
  ]);
  const byType = new Map([...changes].map(([event, change]) => [event.type, change]));
  return {
    events: [DocumentReceived, ...changes.keys()],
    evolve(tracking, event) {
      if (DocumentReceived.is(event)) return begin(event.data.plan, event.storedAt);
      return tracking && (byType.get(event.type)?.(tracking, event) ?? tracking);
    },
  };
}

/** Types a change by its event. */
function to<D extends EventDefinition>(
  event: D,
  change: (tracking: Tracking, event: StoredEvent<Parameters<D>[0]>) => Tracking,
): [EventDefinition, Change] {
  return [event, change];
}

function ofStep({ slug, events }: Step): [EventDefinition, Change][] {
  const phase =
    (phase: Phase): Change =>
    (tracking, { storedAt }) =>
      inPhase(tracking, slug, phase, storedAt);
  return [
    to(events.Started, phase('working')),
    to(events.Interrupted, phase('waiting')),
    to(events.Failed, phase('retrying')),
    to(events.Finished, (tracking, { storedAt }) => stepDone(tracking, slug, storedAt)),
  ];
}

function begin(plan: readonly string[], at: Date): Tracking {
  return withRun({ run: 0, promises: [], clocks: [] }, plan, at);
}

/** New clocks: that of the document starts, and that of the first step. */
function withRun(tracking: Tracking, plan: readonly string[], at: Date): Tracking {
  const run = tracking.run + 1;
  const clocks = [
    newClock(run, DOCUMENT_CLOCK, at.getTime()),
    ...plan.map((slug) => newClock(run, slug, null)),
  ];
  return startNext({ ...tracking, run, clocks: [...tracking.clocks, ...clocks] }, at);
}

/** What was promised before is over, and stays to be seen; new clocks start. */
function runAgain(tracking: Tracking, fromStep: string, at: Date): Tracking {
  const plan = tracking.clocks.filter(({ run, work }) => run === 1 && work).map(({ name }) => name);
  const from = plan.indexOf(fromStep);
  return withRun(stopAll(tracking, at), from === -1 ? [] : plan.slice(from), at);
}

function stopAll(tracking: Tracking, at: Date): Tracking {
  return { ...tracking, clocks: tracking.clocks.map((clock) => end(clock, at.getTime(), true)) };
}

function stepDone(tracking: Tracking, slug: string, at: Date): Tracking {
  const done = change(tracking, slug, (clock) =>
    end({ ...clock, startedAt: clock.startedAt ?? at.getTime() }, at.getTime()),
  );
  return startNext(done, at);
}

/** The clock of the first step that has not ended starts when it may run, not when somebody begins. */
function startNext(tracking: Tracking, at: Date): Tracking {
  const next = current(tracking).find(({ work, endedAt }) => work && endedAt === null);
  if (!next || next.startedAt !== null || !ofDocument(tracking)) return tracking;
  return inPhase(tracking, next.name, 'waiting', at);
}

function inPhase(tracking: Tracking, slug: string, phase: Phase, at: Date): Tracking {
  return change(tracking, slug, (clock) => enter(clock, phase, at.getTime()));
}

function withTargets(tracking: Tracking, fixed: FixedTargets): Tracking {
  const { run, target, calendar, warnings } = fixed;
  const promises = [...tracking.promises, { run, target, calendar, warnings }];
  const targets = new Map(fixed.clocks.map(({ clock, targetMs }) => [clock, targetMs]));
  const clocks = tracking.clocks.map((clock) =>
    clock.run === run ? { ...clock, targetMs: targets.get(clock.name) ?? null } : clock,
  );
  return wound({ ...tracking, promises, clocks }, run);
}

type FixedTargets = Parameters<typeof SlaTargetsFixed>[0];

function said(
  tracking: Tracking,
  run: number,
  name: string,
  percent: number,
  what: Partial<Clock>,
): Tracking {
  const clocks = tracking.clocks.map((clock) =>
    clock.run === run && clock.name === name
      ? { ...clock, ...what, pending: clock.pending.filter((mark) => mark.percent !== percent) }
      : clock,
  );
  return { ...tracking, clocks };
}

/** Changes a clock of the current run. */
function change(tracking: Tracking, name: string, to: (clock: Clock) => Clock): Tracking {
  const clocks = tracking.clocks.map((clock) =>
    clock.run === tracking.run && clock.name === name ? to(clock) : clock,
  );
  return wound({ ...tracking, clocks }, tracking.run);
}

function wound(tracking: Tracking, run: number): Tracking {
  const promised = tracking.promises.find((each) => each.run === run);
  const clocks = tracking.clocks.map((clock) =>
    clock.run === run ? wind(clock, promised) : clock,
  );
  return { ...tracking, clocks };
}

/** The clocks of the current run. */
export const current = ({ run, clocks }: Tracking): Clock[] =>
  clocks.filter((clock) => clock.run === run);

/** The clock of the whole document, of the current run, while it runs. */
function ofDocument(tracking: Tracking): Clock | undefined {
  return current(tracking).find((clock) => clock.name === DOCUMENT_CLOCK && isRunning(clock));
}
