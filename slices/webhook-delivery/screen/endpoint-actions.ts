import type { ActionView } from '../../failure-admin/action-view.contract.ts';
import { formTime } from '../form-time.ts';
import type { EndpointRecord } from '../endpoint/read-model.ts';
import type { OpenCounts } from './queries.ts';

const quick = { choice: null, asksReason: false };

/** What an administrator may do with an endpoint now, apart from its settings. */
export function endpointActions(
  {
    id,
    state,
    addedAt,
    recovery: newest,
  }: Pick<EndpointRecord, 'id' | 'state' | 'addedAt' | 'recovery'>,
  { failed }: Pick<OpenCounts, 'failed'>,
): ActionView[] {
  if (state === 'removed') return [];
  const base = `/notifications/endpoints/${id}`;
  const test: ActionView = {
    ...quick,
    id: 'act-test',
    icon: 'up',
    label: 'Send test message',
    explains: 'Sends a signed message of the type test, which is about no document.',
    href: `${base}/test`,
  };
  const pause: ActionView = {
    id: 'act-pause',
    icon: 'pause',
    label: 'Pause',
    explains: 'Sends nothing there until it is resumed. Messages wait, none is lost.',
    href: `${base}/pause`,
    choice: null,
  };
  const resume: ActionView = {
    id: 'act-resume',
    icon: 'retrying',
    label: 'Resume',
    explains: 'Sends there again, first what waits.',
    href: `${base}/resume`,
    choice: null,
  };
  const rotate: ActionView = {
    ...quick,
    id: 'act-rotate',
    icon: 'rebuild',
    label: 'Rotate secret',
    explains:
      'Makes a new secret and shows it once. The old one signs beside it for 24 hours, so that the receiver can change over.',
    href: `${base}/rotate-secret`,
  };
  const recover: ActionView = {
    id: 'act-recover',
    icon: 'retrying',
    label: 'Recover failed',
    explains:
      'Sends everything again, by and by, that was given up since a time. Ids and contents stay. To pause the endpoint stops it.',
    href: `${base}/recover`,
    choice: null,
    time: { name: 'since', label: 'Since (UTC)', value: formTime(addedAt) },
  };
  const remove: ActionView = {
    id: 'act-remove',
    icon: 'close',
    label: 'Remove',
    explains: 'Forgets its secrets and gives up what still waits. Its deliveries stay to be read.',
    href: `${base}/remove`,
    choice: null,
  };
  if (state === 'paused') return [resume, rotate, remove];
  const canRecover = failed > 0 && (newest === null || newest.finished !== null);
  return [test, pause, rotate, ...(canRecover ? [recover] : []), remove];
}

/**
 * Sending one message again, where it is possible; null where it is not.
 *
 * @param waitsForProbe the endpoint's circuit breaker is open
 */
export function resendAction(
  { endpoint, messageId, state }: { endpoint: string; messageId: string; state: string },
  endpointState: EndpointRecord['state'],
  waitsForProbe: boolean,
): ActionView | null {
  if (endpointState !== 'enabled' || state === 'pending') return null;
  const now = waitsForProbe ? 'Send at next probe' : 'Send now';
  const wait = ' The endpoint fails, so nothing is sent before its next probe goes well.';
  return {
    id: 'act-resend',
    icon: 'retrying',
    label: state === 'retrying' ? now : 'Send again',
    explains: `Sends the same bytes under the same id, from the beginning of the schedule.${waitsForProbe ? wait : ''}`,
    href: `/notifications/endpoints/${endpoint}/deliveries/${encodeURIComponent(messageId)}/resend`,
    choice: null,
  };
}
