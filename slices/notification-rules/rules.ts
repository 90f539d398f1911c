import type { NotificationRule } from './rule.ts';
import { completed } from './rules/completed.ts';
import { failedTwice } from './rules/failed-twice.ts';

/** What external teams may hear of. A third rule is a file and a line here. */
export const notificationRules: readonly NotificationRule[] = [completed, failedTwice];
