import { countdownView, momentView } from '../../document-board/board-row.contract.ts';
import { UNKNOWN, type Health } from '../delivery/health.ts';
import type { EndpointRecord } from '../endpoint/read-model.ts';
import { deliveryListView, type DeliveryListData } from './delivery-list-view.ts';
import { endpointActions } from './endpoint-actions.ts';
import { healthView } from './health-view.ts';
import { NONE_OPEN } from './overview-view.ts';
import { recoveryView } from './recovery-view.ts';
import { settingsForm } from './settings-form.ts';
import { snippets } from './snippets.ts';
import { endpointName, ruleName } from './words.ts';

/** Everything the page of one endpoint shows. */
export interface EndpointPageData extends DeliveryListData {
  endpoint: EndpointRecord;
  health: ReadonlyMap<string, Health>;
  /** How many deliveries its newest recovery has had sent again. */
  resent: number;
  names: ReadonlyMap<string, string>;
  canAct: boolean;
}

/** The page of one endpoint as its templates show it. */
export function endpointView(data: EndpointPageData) {
  const { endpoint, canAct, now } = data;
  const health = data.health.get(endpoint.id) ?? UNKNOWN;
  const list = deliveryListView(data);
  const { oldSecretExpiresAt: overlap, state } = endpoint;
  return {
    id: endpoint.id,
    name: endpointName(endpoint),
    self: list.self,
    streamHref: list.streamHref,
    health: healthView(endpoint, health, now),
    advice: adviceOf(endpoint, health),
    facts: [
      { name: 'URL', value: endpoint.url ?? '(erased)', at: null },
      { name: 'Rules', value: endpoint.rules.map(ruleName).join(', '), at: null },
      { name: 'Added', value: null, at: momentView(endpoint.addedAt, now) },
      {
        name: 'Last success',
        value: health.lastSuccessAt ? null : 'none yet',
        at: health.lastSuccessAt && momentView(health.lastSuccessAt, now),
      },
      {
        name: 'Last failure',
        value: health.lastFailureAt ? null : 'none yet',
        at: health.lastFailureAt && momentView(health.lastFailureAt, now),
      },
    ],
    overlap: overlap && overlap > now ? countdownView(overlap, now) : null,
    settings: canAct && state !== 'removed' ? settingsForm(endpoint) : null,
    recovery: endpoint.recovery && recoveryView(endpoint.recovery, data.resent, data.names, now),
    actions: canAct ? endpointActions(endpoint, data.counts.get(endpoint.id) ?? NONE_OPEN) : [],
    snippets,
    list,
  };
}

export type EndpointView = ReturnType<typeof endpointView>;

/** What is to be done about an endpoint; null where nothing is. */
function adviceOf(
  { state, pausedWhy }: Pick<EndpointRecord, 'state' | 'pausedWhy'>,
  { failures }: Pick<Health, 'failures'>,
): string | null {
  if (state === 'removed')
    return 'Nothing is sent there any more. What was sent can still be read.';
  if (state === 'paused')
    return pausedWhy === 'requested'
      ? 'Messages wait until somebody resumes it.'
      : 'Messages wait. Ask whoever receives them what happened; once it works again, resume it.';
  return failures > 0
    ? 'Every message is tried again by itself. Look at an answer below, and tell whoever receives them.'
    : null;
}
