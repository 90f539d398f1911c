import type { EventStore } from '../../shared/event-store.ts';
import { derivedId, newId } from '../../shared/ids.ts';
import { NotificationRuleEnabled } from './events.ts';
import { ruleStream, type NotificationRule } from './rule.ts';

export const ENABLE_RULE = 'enable notification rule';

/**
 * States that each rule watches from now on, unless it did before, and gives the positions since
 * when. Processes that start at once state the same event.
 */
export async function enableRules(
  store: EventStore,
  rules: readonly NotificationRule[],
): Promise<Map<string, number>> {
  const enabledAt = new Map<string, number>();
  for (const { name } of rules) {
    const [enabled] = await store.append({
      stream: ruleStream(name),
      expected: 0,
      events: [NotificationRuleEnabled({ rule: name }, derivedId('notification-rule', name))],
      metadata: {
        correlation: newId(),
        causation: null,
        actor: 'system:notification-rules',
        command: ENABLE_RULE,
      },
    });
    if (enabled) enabledAt.set(name, enabled.position);
  }
  return enabledAt;
}
