import type { Static } from 'typebox';
import type { Database } from '../../shared/database.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { Step } from '../../shared/steps/step.ts';
import {
  toPastNotificationJson,
  toRuleJson,
  type PastNotificationJson,
  type RuleJson,
} from './json.ts';
import { createEventsByTime, type EventMark } from './past/events-by-time.ts';
import { createPast, type Period } from './past/past.ts';
import { requestPast } from './past/send-past.ts';
import { createRuleQueries } from './queries.ts';
import { NOTIFICATION_RULES, NOTIFICATIONS } from './read-model.ts';
import { notificationRules } from './rules.ts';

export { SEND_PAST } from './past/send-past.ts';

/** A rule with what came of it. */
export type ShownRule = Static<typeof RuleJson>;
/** A message that a rule would have sent, and whether it was. */
export type PastMessage = Static<typeof PastNotificationJson>;
export type { EventMark, Period };

/** The rules as a page shows them. */
export interface RuleBook {
  rules(): Promise<ShownRule[]>;
  /** Null without such a rule. */
  rule(name: string): Promise<ShownRule | null>;
  /** What a rule would have sent in a period, among so many events after a mark; sends nothing. */
  dryRun(
    name: string,
    period: Period,
    after: EventMark | null,
    limit: number,
  ): Promise<{ messages: PastMessage[]; next: EventMark | null }>;
  /** Sends what happened in a period before the rule watched. Gives the stream that says so. */
  sendPast(
    name: string,
    period: Period,
    asking: { actor: string; reason: string },
  ): Promise<string>;
}

/** Read models that change with what is shown. */
export const RULE_BOOK: readonly string[] = [NOTIFICATION_RULES, NOTIFICATIONS];

export function createRuleBook(dependencies: {
  steps: readonly Step[];
  store: EventStore;
  database: Database;
}): RuleBook {
  const { steps, store, database } = dependencies;
  const past = createPast({ steps, store, eventsByTime: createEventsByTime(database) });
  const queries = createRuleQueries(database);

  function ruleNamed(name: string) {
    const rule = notificationRules.find((each) => each.name === name);
    if (!rule) throw new Error(`There is no rule ${name}.`);
    return rule;
  }
  async function rules() {
    const [records, figures] = await Promise.all([queries.records(), queries.figures()]);
    return notificationRules.map((rule) =>
      toRuleJson(rule, records.get(rule.name), figures.get(rule.name)),
    );
  }
  return {
    rules,
    rule: async (name) => (await rules()).find((each) => each.name === name) ?? null,
    async dryRun(name, period, after, limit) {
      const { notifications, next } = await past(ruleNamed(name), period, after, limit);
      return { messages: notifications.map(toPastNotificationJson), next };
    },
    async sendPast(name, period, asking) {
      return (await requestPast(store, ruleNamed(name), period, asking)).stream;
    },
  };
}
