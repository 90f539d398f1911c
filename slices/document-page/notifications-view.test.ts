import { describe, expect, it } from 'vitest';
import type { DocumentNotification } from '../webhook-delivery/document-notifications.contract.ts';
import { notificationViews } from './notifications-view.ts';

const now = new Date('2026-01-01T01:00:00.000Z');
const about = { rule: 'failed-twice', at: now };
const endpoint = { endpoint: 'one', messageId: 'msg_1', nextTryAt: null, endedAt: null };
const known = new Map([
  ['one', { name: 'Archive', isPaused: false }],
  ['held', { name: 'ERP', isPaused: true }],
]);

const told = (notification: DocumentNotification) =>
  notificationViews([notification], known, now).map(({ rule, lines }) => [
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

  it('tell which endpoint it is, with the page of the delivery', () => {
    const endpoints = [{ ...endpoint, state: 'delivered' as const, attempts: 1 }];
    const [view] = notificationViews([{ ...about, state: 'addressed', endpoints }], known, now);
    expect(view?.lines.map((line) => line.endpoint)).toEqual([
      { name: 'Archive', href: '/notifications/endpoints/one/deliveries/msg_1' },
    ]);
  });

  it('tell that what is due waits for its endpoint', () => {
    const due = { ...endpoint, state: 'retrying' as const, attempts: 2, nextTryAt: now };
    expect(told({ ...about, state: 'addressed', endpoints: [due] })?.slice(1)).toEqual([
      ['retrying', 'Not delivered after 2 attempts, waits for its endpoint', null],
    ]);
  });

  it('tell that it waits for an endpoint that is paused', () => {
    const held = { ...endpoint, endpoint: 'held' };
    const retrying = { ...held, state: 'retrying' as const, attempts: 2, nextTryAt: now };
    const endpoints = [{ ...held, state: 'pending' as const, attempts: 0 }, retrying];
    expect(told({ ...about, state: 'addressed', endpoints })?.slice(1)).toEqual([
      ['waiting', 'Waits: paused', null],
      ['retrying', 'Not delivered after 2 attempts, paused', null],
    ]);
  });

  it('tell that nobody wanted it', () =>
    expect(told({ ...about, state: 'addressed', endpoints: [] })?.[1]).toEqual([
      'skipped',
      'No endpoint wanted it',
      null,
    ]));
});
