import { bigint, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { documentOf, type StoredEvent } from '../../shared/event.ts';
import { keepWhenErased } from '../../shared/erased.ts';
import { on, type Projection } from '../../shared/projection.ts';
import {
  NotificationRequested,
  NotificationRuleEnabled,
  NotificationSuppressed,
  PastNotificationsFinished,
  PastNotificationsRequested,
} from './events.ts';
import { ruleOfStream } from './rule.ts';

/** What was asked for of a rule's past; times as ISO text. */
export interface PastRequest {
  /** Id of the PastNotificationsRequested. */
  id: string;
  from: string;
  to: string;
  reason: string | null;
  actor: string;
  requestedAt: string;
  /** Null until it has finished; `requested`: how many messages came of it. */
  finished: { at: string; requested: number } | null;
}

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

const rulesTable = (name: string) =>
  pgTable(name, {
    /** Its name. */
    id: text().primaryKey(),
    enabledAt: time('enabled_at').notNull(),
    /** Newest first, as many as are kept. */
    past: jsonb().$type<PastRequest[]>().notNull(),
    revision: bigint({ mode: 'number' }).notNull(),
  });

export const NOTIFICATION_RULES = 'notification-rules-list';
export const ruleRecords = rulesTable('notification_rules');
export type RuleRecord = typeof ruleRecords.$inferSelect;

const PAST_KEPT = 20;

export const rulesProjection: Projection<RuleRecord> = {
  name: NOTIFICATION_RULES,
  tableName: 'notification_rules',
  table: rulesTable,
  idOf: ruleOfStream,
  live: true,
  folds: [
    on<RuleRecord, typeof NotificationRuleEnabled>(
      NotificationRuleEnabled,
      (_row, { data, storedAt }) => ({ id: data.rule, enabledAt: storedAt, past: [], revision: 0 }),
    ),
    on<RuleRecord, typeof PastNotificationsRequested>(
      PastNotificationsRequested,
      (row, { id, data: { from, to, reason }, metadata: { actor }, storedAt }) => {
        const requestedAt = storedAt.toISOString();
        const asked = { id, from, to, reason, actor, requestedAt, finished: null };
        return row && { ...row, past: [asked, ...row.past].slice(0, PAST_KEPT) };
      },
    ),
    on<RuleRecord, typeof PastNotificationsFinished>(
      PastNotificationsFinished,
      (row, { data: { request, requested }, storedAt }) => {
        const finished = { at: storedAt.toISOString(), requested };
        const past = row?.past.map((each) => (each.id === request ? { ...each, finished } : each));
        return row && past && { ...row, past };
      },
    ),
  ],
};

const notificationsTable = (name: string) =>
  pgTable(name, {
    /** The document. */
    id: uuid().primaryKey(),
    requested: text().array().notNull(),
    suppressed: text().array().notNull(),
    revision: bigint({ mode: 'number' }).notNull(),
  });

export const NOTIFICATIONS = 'notifications';
export const notifications = notificationsTable('notifications');
type NotificationsRecord = typeof notifications.$inferSelect;

const noneOf = ({ stream }: StoredEvent<object>): NotificationsRecord => ({
  id: documentOf(stream) ?? '',
  requested: [],
  suppressed: [],
  revision: 0,
});

/** Names of rules, one for each decision about a document. */
export const notificationsProjection: Projection<NotificationsRecord> = {
  name: NOTIFICATIONS,
  tableName: 'notifications',
  table: notificationsTable,
  live: true,
  folds: [
    on<NotificationsRecord, typeof NotificationRequested>(NotificationRequested, (row, event) => {
      const { requested, ...rest } = row ?? noneOf(event);
      return { ...rest, requested: [...requested, event.data.rule] };
    }),
    on<NotificationsRecord, typeof NotificationSuppressed>(NotificationSuppressed, (row, event) => {
      const { suppressed, ...rest } = row ?? noneOf(event);
      return { ...rest, suppressed: [...suppressed, event.data.rule] };
    }),
    keepWhenErased(),
  ],
};
