import { momentView } from '../../document-board/board-row.contract.ts';
import type { ShownRule } from '../../notification-rules/rule-book.contract.ts';
import { UNKNOWN, type Health } from '../delivery/health.ts';
import type { EndpointRecord } from '../endpoint/read-model.ts';
import { deliveryListView, type DeliveryListData } from './delivery-list-view.ts';
import { healthView } from './health-view.ts';
import type { OpenCounts } from './queries.ts';
import { settingsForm } from './settings-form.ts';
import { endpointName, ruleName } from './words.ts';

export const NONE_OPEN: OpenCounts = { pending: 0, retrying: 0, failed: 0 };

/** Everything the notifications page shows. */
export interface OverviewData extends DeliveryListData {
  health: ReadonlyMap<string, Health>;
  rules: readonly ShownRule[];
  canAct: boolean;
}

/** The notifications page as its templates show it. */
export function overviewView(data: OverviewData) {
  const { endpoints, rules, now } = data;
  const list = deliveryListView(data);
  return {
    self: list.self,
    streamHref: list.streamHref,
    endpoints: endpoints.map((endpoint) => endpointRow(endpoint, data)),
    add: data.canAct ? settingsForm(null) : null,
    rules: rules.map((rule) => ({
      name: ruleName(rule.name),
      says: rule.says,
      type: rule.type,
      href: `/notifications/rules/${rule.name}`,
      since: rule.enabledAt && momentView(new Date(rule.enabledAt), now),
      requested: rule.requested.toLocaleString('en'),
      suppressed: rule.suppressed.toLocaleString('en'),
    })),
    list,
  };
}

export type OverviewView = ReturnType<typeof overviewView>;

function endpointRow(endpoint: EndpointRecord, { health, counts, now }: OverviewData) {
  const { id, url, rules } = endpoint;
  const known = health.get(id) ?? UNKNOWN;
  const { pending, retrying, failed } = counts.get(id) ?? NONE_OPEN;
  const name = endpointName(endpoint);
  return {
    id,
    href: `/notifications/endpoints/${id}`,
    name,
    url: url === name ? null : url,
    rules: rules.map(ruleName).join(', '),
    health: healthView(endpoint, known, now),
    lastSuccess: known.lastSuccessAt && momentView(known.lastSuccessAt, now),
    waiting: pending + retrying > 0 ? (pending + retrying).toLocaleString('en') : null,
    failed: failed > 0 ? failed.toLocaleString('en') : null,
    failedHref: `/notifications/endpoints/${id}?state=failed`,
  };
}
