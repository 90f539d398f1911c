import type { NotificationRule } from './rule.ts';
import { notificationRules } from './rules.ts';

/** What others know of a rule: endpoints want it by its name. */
export type KnownRule = Pick<NotificationRule, 'name' | 'type' | 'says'>;

export const knownRules: readonly KnownRule[] = notificationRules.map(({ name, type, says }) => ({
  name,
  type,
  says,
}));
