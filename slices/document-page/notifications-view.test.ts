import { describe, expect, it } from 'vitest';
import type { DocumentNotification } from '../webhook-delivery/document-notifications.contract.ts';
import { notificationViews } from './notifications-view.ts';

const now = new Date('2026-01-01T01:00:00.000Z');
const about = { rule: 'failed-twice', at: now };
const endpoint = { endpoint: 'one', nextTryAt: null, endedAt: null };

const told = (notification: DocumentNotification) =>
  notificationViews([notification], now).map(({ rule, lines }) => [
    rule,
    ...lines.map(({ status, word, next }) => [status, word, next?.text ?? null]),
  ])[0];

describe('the notifications on the page of a document', () => {
  it('tell what is requested, and why something is not sent', () => {
    expect(told({ ...about, state: 'requested' })).toEqual([
      'Failed twice',
      ['waiting', 'Requested', null],
    ]);
    expect(told({ ...about, state: 'suppressed', why: 'sent-before' })?.[1]).toEqual([
      'skipped',
      'Not sent: it is sent once a document',
      null,
    ]);
  });

  it('tell of each endpoint what became of it there', () =>
    expect(
      told({
        ...about,
        state: 'addressed',
        endpoints: [
          { ...endpoint, state: 'pending', attempts: 0 },
          {
            ...endpoint,
            state: 'retrying',
            attempts: 2,
            nextTryAt: new Date(now.getTime() + 10_000),
          },
          { ...endpoint, state: 'delivered', attempts: 1 },
          { ...endpoint, state: 'failed', attempts: 10 },
        ],
      }),
    ).toEqual([
      'Failed twice',
      ['waiting', 'To be sent', null],
      ['retrying', 'Not delivered after 2 attempts, next try', 'in 10 s'],
      ['completed', 'Delivered', null],
      ['failed', 'Given up after 10 attempts', null],
    ]));

  it('tell that nobody wanted it', () =>
    expect(told({ ...about, state: 'addressed', endpoints: [] })?.[1]).toEqual([
      'skipped',
      'No endpoint wanted it',
      null,
    ]));
});
