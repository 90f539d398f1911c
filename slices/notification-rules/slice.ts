import type { Database } from '../../shared/database.ts';
import type { EventDefinition } from '../../shared/event.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { Slice } from '../../shared/slice.ts';
import type { Step } from '../../shared/steps/step.ts';
import type { JobHandler } from '../../shared/work-queue.ts';
import { decideNotifications } from './decide.ts';
import { ENABLE_RULE, enableRules } from './enable.ts';
import {
  NotificationRequested,
  NotificationRuleEnabled,
  NotificationSuppressed,
  PastNotificationsFinished,
  PastNotificationsRequested,
} from './events.ts';
import { createEventsByTime } from './past/events-by-time.ts';
import { createPast } from './past/past.ts';
import { enqueuePast, PAST_QUEUE, pastWorker, SEND_PAST } from './past/send-past.ts';
import { createRuleQueries } from './queries.ts';
import {
  NOTIFICATION_RULES,
  NOTIFICATIONS,
  notificationsProjection,
  rulesProjection,
} from './read-model.ts';
import type { NotificationRule } from './rule.ts';
import { ruleRoutes } from './routes.ts';
import { notificationRules as allRules } from './rules.ts';

/** Decides from histories which messages about documents external teams are to get. */
export function notificationRules(
  { steps, store, database }: { steps: readonly Step[]; store: EventStore; database: Database },
  rules: readonly NotificationRule[] = allRules,
): Slice {
  /** Positions by rule, known once it has started. */
  const enabledAt = new Map<string, number>();
  const past = createPast({ steps, store, eventsByTime: createEventsByTime(database) });
  const queries = createRuleQueries(database);
  const watched = new Map<string, EventDefinition>(
    rules.flatMap((rule) => rule.on(steps)).map((event) => [event.type, event]),
  );
  return {
    name: 'notification-rules',
    summary:
      'Decides which messages about a document are sent: each at most once, whatever happens.',
    events: [
      NotificationRuleEnabled,
      NotificationRequested,
      NotificationSuppressed,
      PastNotificationsRequested,
      PastNotificationsFinished,
    ],
    commands: [
      { name: ENABLE_RULE, by: ['start'], states: [NotificationRuleEnabled] },
      { name: SEND_PAST, by: ['admin'], states: [PastNotificationsRequested] },
      {
        name: `run ${SEND_PAST}`,
        by: ['queue'],
        states: [NotificationRequested, PastNotificationsFinished],
      },
    ],
    reactors: [
      {
        name: 'notification-rules',
        on: [...watched.values()],
        states: [NotificationRequested, NotificationSuppressed],
        react: (history, event) => ({
          events: decideNotifications(rules, enabledAt, steps, history, event),
        }),
      },
      enqueuePast,
    ],
    projections: [rulesProjection, notificationsProjection],
    work: [
      {
        queue: PAST_QUEUE,
        concurrency: 1,
        handle: pastWorker({ store, past, rules, enabledAt }) as JobHandler<object>,
      },
    ],
    screens: [
      {
        name: 'Notification rules (API)',
        url: '/api/notification-rules',
        shows: [NOTIFICATION_RULES, NOTIFICATIONS],
      },
      {
        name: 'Dry run of a rule (API)',
        url: '/api/notification-rules/{rule}/dry-run',
        shows: ['history'],
        offers: [SEND_PAST],
      },
    ],
    routes: (app) => ruleRoutes(app, { rules, store, queries, past }),
    async start() {
      for (const [rule, position] of await enableRules(store, rules)) enabledAt.set(rule, position);
    },
  };
}
