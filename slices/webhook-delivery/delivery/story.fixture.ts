import type { NewEvent } from '../../../shared/event.ts';
import {
  NotificationAbandoned,
  NotificationAddressed,
  NotificationAttempted,
  NotificationDelivered,
  NotificationResendRequested,
} from '../events.ts';

// The facts of a message, short enough to read as a story. Its endpoints are `one` and `two`.

const messageId = 'message';
export const NEXT = '2026-01-01T02:00:00.000Z';

export const addressed = (...endpoints: string[]): NewEvent =>
  NotificationAddressed({
    messageId,
    rule: 'completed',
    type: 'document.completed',
    body: 'body',
    endpoints,
  });

export const attempted = (attempt = 1, nextTryAt: string | null = NEXT, endpoint = 'one') =>
  NotificationAttempted({
    messageId,
    endpoint,
    attempt,
    status: 500,
    error: null,
    durationMs: 1,
    response: null,
    nextTryAt,
  });

export const delivered = (attempt = 1, endpoint = 'one'): NewEvent =>
  NotificationDelivered({
    messageId,
    endpoint,
    attempt,
    status: 200,
    durationMs: 1,
    response: null,
  });

export const spent = (attempts: number, endpoint = 'one'): NewEvent =>
  NotificationAbandoned({ messageId, endpoint, attempts, why: 'attempts-spent' });

export const resend = (endpoint = 'one'): NewEvent =>
  NotificationResendRequested({ messageId, endpoint, reason: 'The receiver lost it.' });
