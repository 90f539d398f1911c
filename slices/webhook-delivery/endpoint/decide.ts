import type { NewEvent } from '../../../shared/event.ts';
import {
  EndpointAdded,
  EndpointChanged,
  EndpointPaused,
  EndpointRemoved,
  EndpointResumed,
  EndpointSecretRotated,
  NotificationAddressed,
  RecoveryRequested,
} from '../events.ts';
import type { CheckUrl } from '../ports.ts';
import type { Endpoint, EndpointSettings, PauseReason } from './endpoint.ts';

export type EndpointCommand =
  | { do: 'add'; settings: EndpointSettings }
  | { do: 'change'; settings: EndpointSettings }
  | { do: 'pause'; why: PauseReason; reason: string }
  | { do: 'resume' | 'remove'; reason: string }
  | { do: 'rotate'; oldExpiresAt: Date }
  | { do: 'recover'; since: Date; deliveries: number; perSecond: number; reason: string }
  | { do: 'test'; id: string; messageId: string; type: string; body: string };

/** What a command leads to: facts, or why it no longer applies, as a sentence that says what to do. */
export type Decision = { facts: readonly NewEvent[] } | { refusal: string };

/** Decides on the endpoint as it is now; one that was added before is not added again. */
export function decideEndpoint(endpoint: Endpoint | null, command: EndpointCommand): Decision {
  if (command.do === 'add') return endpoint ? { facts: [] } : fact(EndpointAdded(copy(command)));
  if (!endpoint || endpoint.state === 'removed')
    return refuse('The endpoint was removed. Add it again if messages are to go there.');
  const isPaused = endpoint.state === 'paused';
  switch (command.do) {
    case 'change':
      return isSame(endpoint, command.settings)
        ? { facts: [] }
        : fact(EndpointChanged(copy(command)));
    case 'pause': {
      const { why, reason } = command;
      return isPaused
        ? refuse('The endpoint is paused already. Somebody was faster.')
        : fact(EndpointPaused({ why, reason }));
    }
    case 'resume':
      return isPaused
        ? fact(EndpointResumed({ reason: command.reason }))
        : refuse('The endpoint is not paused. Somebody was faster.');
    case 'remove':
      return fact(EndpointRemoved({ reason: command.reason }));
    case 'rotate':
      return fact(EndpointSecretRotated({ oldExpiresAt: command.oldExpiresAt.toISOString() }));
    case 'recover':
      return decideRecovery(endpoint, command);
    case 'test': {
      const { id, messageId, type, body } = command;
      const rule = 'test';
      return isPaused
        ? refuse(PAUSED)
        : fact(NotificationAddressed({ messageId, rule, type, body, endpoints: [id] }));
    }
    default:
      return command satisfies never;
  }
}

function decideRecovery(
  { state, recovery }: Endpoint,
  { since, deliveries, perSecond, reason }: Extract<EndpointCommand, { do: 'recover' }>,
): Decision {
  if (state === 'paused') return refuse(PAUSED);
  if (recovery !== null)
    return refuse(
      'Somebody was faster: a recovery of this endpoint runs already. Wait for its end.',
    );
  if (deliveries === 0)
    return refuse(
      'Nothing was given up since then that still waits for somebody. Take an earlier time.',
    );
  return fact(RecoveryRequested({ since: since.toISOString(), deliveries, perSecond, reason }));
}

/** Why settings cannot be an endpoint's, as a sentence that says what to do; null when they can. */
export function settingsRefusal(
  { url, rules }: EndpointSettings,
  known: readonly string[],
  checkUrl: CheckUrl,
): string | null {
  const unknown = rules.find((rule) => !known.includes(rule));
  const names = known.join(', ');
  if (unknown !== undefined) return `There is no rule “${unknown}”. Name some of these: ${names}.`;
  if (rules.length === 0)
    return `The endpoint wants no rule. Name at least one of these: ${names}.`;
  return checkUrl(url);
}

/** Why nothing can be sent there. */
export const PAUSED = 'The endpoint is paused, so nothing is sent to it. Resume it first.';
const fact = (event: NewEvent): Decision => ({ facts: [event] });
const refuse = (refusal: string): Decision => ({ refusal });

function copy({ settings }: { settings: EndpointSettings }) {
  return { ...settings, rules: [...new Set(settings.rules)] };
}

function isSame(endpoint: Endpoint, { url, description, rules }: EndpointSettings): boolean {
  const wanted = new Set(rules);
  return (
    endpoint.url === url &&
    endpoint.description === description &&
    wanted.symmetricDifference(new Set(endpoint.rules)).size === 0
  );
}
