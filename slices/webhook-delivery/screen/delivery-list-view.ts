import { countdownView, countText, momentView } from '../../document-board/board-row.contract.ts';
import { deliveryStates } from '../delivery/table.ts';
import type { Health } from '../delivery/health.ts';
import type { EndpointRecord } from '../endpoint/read-model.ts';
import type { DeliveryCursor, DeliveryFilter, ListedDelivery, OpenCounts } from './queries.ts';
import { deliveryRules, endpointName, outcomeText, ruleName, stateWords } from './words.ts';

/** A page of deliveries, and what was asked for. */
export interface DeliveryListData {
  /** The page that shows it. */
  path: string;
  /** The page is about one endpoint: that is not chosen there. */
  ofEndpoint: boolean;
  filter: DeliveryFilter;
  before: DeliveryCursor | null;
  deliveries: readonly ListedDelivery[];
  hasMore: boolean;
  endpoints: readonly EndpointRecord[];
  counts: ReadonlyMap<string, OpenCounts>;
  health: ReadonlyMap<string, Pick<Health, 'probeAt'>>;
  now: Date;
}

/** Deliveries with their filters, as every page shows them. */
export function deliveryListView(data: DeliveryListData) {
  const { deliveries, filter, before, hasMore, now } = data;
  const last = deliveries.at(-1);
  const href = (changes: Partial<DeliveryFilter>, from: DeliveryCursor | null = null) =>
    listHref(data, { ...filter, ...changes }, from);
  return {
    rows: deliveries.map((one) =>
      deliveryRow(one, data.health.get(one.endpoint)?.probeAt ?? null, now),
    ),
    ofEndpoint: data.ofEndpoint,
    filters: filtersOf(data, href),
    isFiltered:
      filter.state !== null ||
      filter.rule !== null ||
      (!data.ofEndpoint && filter.endpoint !== null),
    firstHref: before === null ? null : href({}),
    olderHref: hasMore && last ? href({}, last) : null,
    self: href({}, before),
    streamHref: listHref({ ...data, path: `${data.path}/stream` }, filter, before),
  };
}

interface Chip {
  word: string;
  href: string;
  icon: string | null;
  count: string | null;
  current: boolean;
}

type Href = (changes: Partial<DeliveryFilter>) => string;

function filtersOf(data: DeliveryListData, href: Href): { name: string; chips: Chip[] }[] {
  const { filter, endpoints, counts } = data;
  const shown = endpoints.filter(({ id }) => filter.endpoint === null || id === filter.endpoint);
  const sum = (state: keyof OpenCounts) =>
    shown.reduce((total, { id }) => total + (counts.get(id)?.[state] ?? 0), 0);
  const chip = (word: string, changes: Partial<DeliveryFilter>, current: boolean): Chip => ({
    word,
    href: href(changes),
    icon: null,
    count: null,
    current,
  });
  const states = {
    name: 'State',
    chips: [
      chip('All', { state: null }, filter.state === null),
      ...deliveryStates.map((state) => ({
        ...chip(stateWords[state].word, { state }, filter.state === state),
        icon: stateWords[state].icon,
        count: state === 'delivered' ? null : sum(state).toLocaleString('en'),
      })),
    ],
  };
  const rules = {
    name: 'Rule',
    chips: [
      chip('Every rule', { rule: null }, filter.rule === null),
      ...deliveryRules.map((rule) => chip(ruleName(rule), { rule }, filter.rule === rule)),
    ],
  };
  if (data.ofEndpoint || endpoints.length < 2) return [states, rules];
  const every = chip('Every endpoint', { endpoint: null }, filter.endpoint === null);
  const each = endpoints.map((endpoint) =>
    chip(endpointName(endpoint), { endpoint: endpoint.id }, filter.endpoint === endpoint.id),
  );
  return [states, rules, { name: 'Endpoint', chips: [every, ...each] }];
}

export function deliveryHref({
  endpoint,
  messageId,
}: Pick<ListedDelivery, 'endpoint' | 'messageId'>): string {
  return `/notifications/endpoints/${endpoint}/deliveries/${encodeURIComponent(messageId)}`;
}

/** What a message is about. */
export const deliveryTitle = ({
  document,
  fileName,
}: Pick<ListedDelivery, 'document' | 'fileName'>): string =>
  document ? (fileName ?? 'A document') : 'Test message';

/**
 * What comes next, and when: what is due waits for the circuit breaker of its endpoint, to which any
 * one message is sent then.
 */
export function nextTry(due: Date | null, probeAt: Date | null) {
  if (probeAt && (!due || probeAt > due)) return { what: 'its endpoint is tried', at: probeAt };
  return due && { what: 'next try', at: due };
}

function deliveryRow(one: ListedDelivery, probeAt: Date | null, now: Date) {
  const { icon, word } = stateWords[one.state];
  const waits = one.state === 'retrying' || one.state === 'pending';
  const isHeld = waits && one.endpointState === 'paused';
  const next = waits && !isHeld ? nextTry(one.nextTryAt, probeAt) : null;
  return {
    id: `delivery-${one.endpoint}-${one.messageId.replaceAll(/[^\w-]/g, '-')}`,
    href: deliveryHref(one),
    title: deliveryTitle(one),
    rule: one.document ? ruleName(one.rule) : null,
    endpoint: endpointName(one),
    endpointHref: `/notifications/endpoints/${one.endpoint}`,
    state: { status: icon, word },
    held: isHeld ? 'its endpoint is paused' : null,
    next: next && { what: next.what, at: countdownView(next.at, now) },
    outcome: one.state === 'delivered' ? null : outcomeText(one.lastStatus, one.lastError),
    attempts: one.attempts === 0 ? 'none' : countText(one.attempts, 'attempt'),
    when: momentView(one.endedAt ?? one.attemptedAt ?? one.addressedAt, now),
  };
}

/** The address of a page of deliveries; what is not asked for is left out. */
function listHref(
  { path, ofEndpoint }: Pick<DeliveryListData, 'path' | 'ofEndpoint'>,
  { endpoint, state, rule }: DeliveryFilter,
  before: DeliveryCursor | null,
): string {
  const search = new URLSearchParams();
  if (endpoint && !ofEndpoint) search.set('endpoint', endpoint);
  if (state) search.set('state', state);
  if (rule) search.set('rule', rule);
  if (before) search.set('before', `${before.position}_${before.endpoint}`);
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

/** The other way round; null for what no page has linked to. */
export function parseCursor(text: string | undefined): DeliveryCursor | null {
  const [, position, endpoint] = /^(\d{1,15})_([0-9a-f-]{36})$/.exec(text ?? '') ?? [];
  return position && endpoint ? { position: Number(position), endpoint } : null;
}
