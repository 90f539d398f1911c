import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../shared/event.ts';
import { historyOf } from '../../shared/steps/step.fixture.ts';
import { NotificationRequested, NotificationSuppressed } from '../notification-rules/events.ts';
import { addressed, attempted, delivered, NEXT } from './delivery/story.fixture.ts';
import { notificationsOf } from './document-notifications.contract.ts';

const requested = NotificationRequested({
  rule: 'completed',
  type: 'document.completed',
  messageId: 'message',
  step: null,
  error: null,
  occurredAt: '2026-01-01T00:00:00.000Z',
});
const suppressed = NotificationSuppressed({ rule: 'completed', why: 'sent-before' });
const told = (...given: NewEvent[]) => notificationsOf(historyOf(...given));

describe('the notifications of a document', () => {
  it('are none before a rule holds', () => expect(told()).toEqual([]));

  it('tell a message that was asked for', () =>
    expect(told(requested)).toMatchObject([{ rule: 'completed', state: 'requested' }]));

  it('tell one that was suppressed, and why', () =>
    expect(told(requested, suppressed)).toMatchObject([
      { state: 'requested' },
      { state: 'suppressed', why: 'sent-before' },
    ]));

  it('tell of each endpoint what became of it there', () =>
    expect(
      told(requested, addressed('one', 'two', 'three'), attempted(), delivered(1, 'two')),
    ).toMatchObject([
      {
        state: 'addressed',
        endpoints: [
          { endpoint: 'one', state: 'retrying', attempts: 1, nextTryAt: new Date(NEXT) },
          { endpoint: 'two', state: 'delivered', attempts: 1 },
          { endpoint: 'three', state: 'pending', attempts: 0 },
        ],
      },
    ]));

  it('tell that nobody wanted it', () =>
    expect(told(requested, addressed())).toMatchObject([{ state: 'addressed', endpoints: [] }]));
});
