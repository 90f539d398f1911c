import type { BlobStore } from '../../../shared/blobs.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import { notFound } from '../../../shared/web/problem.ts';
import type { ActorNames } from '../../accounts/actor-names.contract.ts';
import type { StepTitles } from '../../document-board/board-row.contract.ts';
import type { EventMark, RuleBook } from '../../notification-rules/rule-book.contract.ts';
import { attemptsOf } from '../delivery/attempts.ts';
import { UNKNOWN, type HealthBook } from '../delivery/health.ts';
import { streamOf, type DeliveryQueries } from '../delivery/queries.ts';
import { noSuchDelivery } from '../delivery/resend.ts';
import { noSuchEndpoint } from '../endpoint/commands.ts';
import type { EndpointQueries } from '../endpoint/queries.ts';
import type { EndpointRecord } from '../endpoint/read-model.ts';
import type { WebhookParts } from '../routes.ts';
import { deliveryView, type DeliveryView } from './delivery-view.ts';
import { endpointView, type EndpointView } from './endpoint-view.ts';
import { overviewView, type OverviewView } from './overview-view.ts';
import type { DeliveryCursor, DeliveryFilter, ScreenQueries } from './queries.ts';
import { ruleView, type RuleView } from './rule-view.ts';

/** Which page is asked for; plain, so that its JSON can be the key of a live page. */
export interface OverviewQuery {
  acts: boolean;
  filter: DeliveryFilter;
  before: DeliveryCursor | null;
}

export interface EndpointQuery extends OverviewQuery {
  id: string;
}

export interface DeliveryQuery {
  acts: boolean;
  id: string;
  messageId: string;
}

/** Times in milliseconds since 1970. */
export interface RuleQuery {
  acts: boolean;
  rule: string;
  period: { from: number; to: number } | null;
  after: { storedAt: number; position: number } | null;
}

/** @throws Problem 404 for what there is not */
export interface ScreenReaders {
  overview(query: OverviewQuery): Promise<OverviewView>;
  endpoint(query: EndpointQuery): Promise<EndpointView>;
  delivery(query: DeliveryQuery): Promise<DeliveryView>;
  rule(query: RuleQuery): Promise<RuleView>;
}

const PAGE = '/notifications';
const PAGE_DELIVERIES = 50;
/** Events that a dry run looks at for one page. */
const PAGE_EVENTS = 200;

/** Gathers what the pages show. */
export function createScreenReaders(dependencies: {
  queries: ScreenQueries;
  endpoints: EndpointQueries;
  deliveries: DeliveryQueries;
  health: HealthBook;
  resent: WebhookParts['resent'];
  rules: RuleBook;
  store: EventStore;
  blobs: BlobStore;
  actorNames: ActorNames;
  titles: StepTitles;
}): ScreenReaders {
  const { queries, health, rules, store, blobs, actorNames, titles } = dependencies;

  async function listOf(query: OverviewQuery, endpoints: readonly EndpointRecord[]) {
    const ids = endpoints.map(({ id }) => id);
    const [page, counts, found] = await Promise.all([
      queries.deliveries(query.filter, query.before, PAGE_DELIVERIES),
      queries.counts(ids),
      health.of(ids),
    ]);
    const { filter, before } = query;
    return { ...page, filter, before, counts, health: found, endpoints, now: new Date() };
  }
  async function endpointOf(id: string): Promise<EndpointRecord> {
    const endpoint = await queries.endpoint(id);
    if (!endpoint) throw noSuchEndpoint();
    return endpoint;
  }

  return {
    async overview(query) {
      const [endpoints, shown] = await Promise.all([dependencies.endpoints.list(), rules.rules()]);
      const list = await listOf(query, endpoints);
      const rest = { path: PAGE, ofEndpoint: false, rules: shown, canAct: query.acts };
      return overviewView({ ...list, ...rest });
    },
    async endpoint(query) {
      const endpoint = await endpointOf(query.id);
      const actor = endpoint.recovery?.actor;
      const [list, resent, names] = await Promise.all([
        listOf(query, [endpoint]),
        dependencies.resent([endpoint]),
        actorNames.of(actor === undefined ? [] : [actor]),
      ]);
      return endpointView({
        ...list,
        path: `${PAGE}/endpoints/${query.id}`,
        ofEndpoint: true,
        endpoint,
        resent: resent.get(endpoint.id) ?? 0,
        names,
        canAct: query.acts,
      });
    },
    async delivery({ acts: canAct, id, messageId }) {
      const endpoint = await endpointOf(id);
      const delivery = await dependencies.deliveries.find(id, messageId);
      if (!delivery) throw noSuchDelivery();
      const [fileName, found, history] = await Promise.all([
        delivery.document && queries.fileName(delivery.document),
        health.of([id]),
        store.read(streamOf(delivery)),
      ]);
      const attempts = await attemptsOf(history, messageId, id, blobs);
      const body = delivery.body && (await blobs.read(delivery.id, delivery.body)).toString('utf8');
      const rest = { body, canAct, now: new Date(), health: found.get(id) ?? UNKNOWN };
      return deliveryView({ delivery, fileName, endpoint, attempts, ...rest });
    },
    async rule({ acts: canAct, rule: name, period: asked, after: mark }) {
      const rule = await rules.rule(name);
      if (!rule) throw noSuchRule();
      const period = asked && { from: new Date(asked.from), to: new Date(asked.to) };
      const after: EventMark | null = mark && { ...mark, storedAt: new Date(mark.storedAt) };
      const found = period && (await rules.dryRun(name, period, after, PAGE_EVENTS));
      const names = await actorNames.of(rule.past.map(({ actor }) => actor));
      const dryRun = found && period && { period, ...found };
      return ruleView({ rule, dryRun, after, names, titles, canAct, now: new Date() });
    },
  };
}

const noSuchRule = () =>
  notFound('There is no rule of this name. The notifications page lists those there are.');
