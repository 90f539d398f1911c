import type { Config } from '../../shared/config.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { Slice } from '../../shared/slice.ts';
import { trackingFold } from './clocks/tracking.ts';
import { SlaBreached, SlaTargetsChanged, SlaTargetsFixed, SlaWarningRaised } from './events.ts';
import { SLA_TRACKING, slaProjection } from './read-model.ts';
import { slaScreens, type SlaScreenDependencies } from './screen/sla-screens.ts';
import { CHANGE_TARGETS, createTargetChanges, stateFirstTargets } from './targets/command.ts';
import { fixTargets } from './targets/fix-targets.ts';
import { targetRoutes } from './targets/routes.ts';
import { createSlaTimer, FIRE_TIMER } from './timer/timer.ts';

export interface SlaDependencies extends SlaScreenDependencies {
  config: Config;
  store: EventStore;
}

/** Promised times: fixed when a document comes, watched while it moves, told when they are missed. */
export function slaTracking(dependencies: SlaDependencies): Slice {
  const { steps, config, database, store, log } = dependencies;
  const fold = trackingFold(steps);
  const timer = createSlaTimer({ database, store, fold, log });
  const changes = createTargetChanges(steps, store);
  const shown = slaScreens(dependencies, changes);
  return {
    name: 'sla-tracking',
    summary:
      'Knows what was promised of each document, warns before it is late, and says when it is.',
    events: [SlaTargetsChanged, SlaTargetsFixed, SlaWarningRaised, SlaBreached],
    commands: [
      { name: CHANGE_TARGETS, by: ['admin', 'start'], states: [SlaTargetsChanged] },
      { name: FIRE_TIMER, by: ['timer'], states: [SlaWarningRaised, SlaBreached] },
    ],
    reactors: [fixTargets(config.slaWarnings)],
    projections: [slaProjection(fold)],
    screens: [
      ...shown.parts.screens,
      {
        name: 'Targets (API)',
        url: '/api/sla/targets',
        shows: ['history'],
        offers: [CHANGE_TARGETS],
      },
    ],
    routes(app) {
      targetRoutes(app, changes);
      shown.routes(app);
    },
    onLive(told) {
      if (told === SLA_TRACKING) timer.wake();
      shown.parts.onLive(told);
    },
    async start() {
      await stateFirstTargets(store);
      if (config.role !== 'web') timer.start();
    },
    async stop() {
      await shown.parts.stop();
      await timer.stop();
    },
  };
}
