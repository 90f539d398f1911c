import { describe, expect, it } from 'vitest';
import { formTime, timeOfForm } from '../form-time.ts';
import { UNKNOWN } from '../delivery/health.ts';
import type { EndpointRecord } from '../endpoint/read-model.ts';
import { deliveryListView, parseCursor, type DeliveryListData } from './delivery-list-view.ts';
import { endpointActions, resendAction } from './endpoint-actions.ts';
import { healthView } from './health-view.ts';
import type { ListedDelivery } from './queries.ts';
import { parseMark, ruleView } from './rule-view.ts';
import { settingsForm } from './settings-form.ts';
import { endpointName, outcomeText } from './words.ts';

const now = new Date('2026-01-15T12:00:00Z');
const HOUR_MS = 3600 * 1000;
const ago = (hours: number) => new Date(now.getTime() - hours * HOUR_MS);
const [one, other] = [
  '0190a6c0-0000-7000-8000-000000000001',
  '0190a6c0-0000-7000-8000-000000000002',
];

const endpoint: EndpointRecord = {
  id: one,
  url: 'https://hooks.example.org/in',
  description: 'Archive',
  rules: ['completed'],
  state: 'enabled',
  pausedWhy: null,
  reason: null,
  addedAt: ago(200),
  changedAt: ago(200),
  resumedAt: null,
  oldSecretExpiresAt: null,
  recovery: null,
  position: 1,
  revision: 1,
};

describe('the health of an endpoint', () => {
  const failing = { ...UNKNOWN, failures: 3, failingSince: ago(2) };

  it('is told in words', () => {
    expect(healthView(endpoint, UNKNOWN, now)).toMatchObject({
      status: 'waiting',
      word: 'Nothing delivered yet',
    });
    expect(healthView(endpoint, { ...UNKNOWN, lastSuccessAt: ago(1) }, now)).toMatchObject({
      status: 'completed',
      word: 'Healthy',
    });
    expect(healthView(endpoint, failing, now)).toMatchObject({
      status: 'retrying',
      word: 'Failing',
      since: { text: '2 hours ago' },
      text: '3 attempts in a row failed',
      paused: null,
    });
  });

  it('says when an open circuit is tried', () => {
    const probeAt = new Date(now.getTime() + 20_000);
    expect(healthView(endpoint, { ...failing, probeAt }, now)).toMatchObject({
      status: 'failed',
      word: 'Circuit open',
      probe: { text: 'in 20 s' },
    });
  });

  it('warns from half of the five days on that it will be paused', () => {
    const since = (hours: number) =>
      healthView(endpoint, { ...failing, failingSince: ago(hours) }, now);
    expect(since(59).paused).toBeNull();
    expect(since(60)).toMatchObject({ status: 'failed', paused: { text: 'in 2 d 12 h' } });
  });

  it('says that it is paused and why, whoever did it', () => {
    const paused = { ...endpoint, state: 'paused', reason: 'moving house' } as const;
    const of = (pausedWhy: 'requested' | 'gone') =>
      healthView({ ...paused, pausedWhy }, failing, now);
    expect(of('requested')).toMatchObject({
      status: 'waiting',
      word: 'Paused',
      text: 'moving house',
      since: null,
    });
    expect(of('gone').status).toBe('failed');
  });
});

describe('an endpoint', () => {
  it('is named by its description, or by its host', () => {
    expect(endpointName(endpoint)).toBe('Archive');
    expect(endpointName({ ...endpoint, description: '' })).toBe('hooks.example.org');
    expect(endpointName({ url: null, description: null })).toBe('(erased)');
  });

  it('offers what applies as it stands', () => {
    const labels = (state: EndpointRecord['state'], failed = 0) =>
      endpointActions({ ...endpoint, state }, { failed }).map(({ label }) => label);
    expect(labels('enabled')).toEqual(['Send test message', 'Pause', 'Rotate secret', 'Remove']);
    expect(labels('enabled', 1)).toContain('Recover failed');
    expect(labels('paused', 1)).toEqual(['Resume', 'Rotate secret', 'Remove']);
    expect(labels('removed', 1)).toEqual([]);
  });

  it('wants every rule at first, and then those it wants', () => {
    const wanted = (of: EndpointRecord | null) => settingsForm(of).rules.map((rule) => rule.wanted);
    expect(wanted(null)).toEqual([true, true]);
    expect(wanted(endpoint)).toEqual([true, false]);
  });
});

const delivery: ListedDelivery = {
  document: other,
  messageId: 'msg_1',
  endpoint: one,
  rule: 'failed-twice',
  state: 'retrying',
  attempts: 2,
  nextTryAt: new Date(now.getTime() + 5_000),
  lastStatus: 503,
  lastError: null,
  addressedAt: ago(2),
  attemptedAt: ago(1),
  endedAt: null,
  position: 7,
  fileName: 'letter.txt',
  url: endpoint.url,
  description: endpoint.description,
  endpointState: 'enabled',
};
const list: DeliveryListData = {
  path: '/notifications',
  ofEndpoint: false,
  filter: { endpoint: null, state: null, rule: null },
  before: null,
  deliveries: [delivery],
  hasMore: false,
  endpoints: [endpoint, { ...endpoint, id: other, description: 'Other' }],
  counts: new Map([
    [one, { pending: 1, retrying: 2, failed: 3 }],
    [other, { pending: 1_000, retrying: 0, failed: 0 }],
  ]),
  health: new Map(),
  now,
};

describe('a delivery in a list', () => {
  const row = (changes: Partial<ListedDelivery>, health = list.health) =>
    deliveryListView({ ...list, health, deliveries: [{ ...delivery, ...changes }] }).rows[0];

  it('says what it is about, where it stands and what comes next', () => {
    expect(row({})).toMatchObject({
      href: `/notifications/endpoints/${one}/deliveries/msg_1`,
      title: 'letter.txt',
      rule: 'Failed twice',
      endpoint: 'Archive',
      state: { word: 'Retrying' },
      outcome: 'status 503',
      attempts: '2 attempts',
      next: { what: 'next try', at: { text: 'in 5 s' } },
      when: { text: '1 hour ago' },
    });
    expect(row({ document: null, rule: 'test' })).toMatchObject({
      title: 'Test message',
      rule: null,
    });
    expect(row({ fileName: null })?.title).toBe('A document');
  });

  it('waits for a paused endpoint and for an open circuit', () => {
    expect(row({ endpointState: 'paused' })).toMatchObject({
      next: null,
      held: 'its endpoint is paused',
    });
    const probeAt = new Date(now.getTime() + 30_000);
    const open = new Map([[one, { probeAt }]]);
    const probed = { what: 'its endpoint is tried', at: { text: 'in 30 s' } };
    expect(row({}, open)?.next).toMatchObject(probed);
    expect(row({ state: 'pending', nextTryAt: null }, open)?.next).toMatchObject(probed);
    const later = new Date(now.getTime() + 60_000);
    expect(row({ nextTryAt: later }, open)?.next).toMatchObject({ what: 'next try' });
    expect(row({ state: 'failed', nextTryAt: null }, open)?.next).toBeNull();
  });

  it('says no outcome of what was delivered', () => {
    expect(row({ state: 'delivered', lastStatus: 200, nextTryAt: null })?.outcome).toBeNull();
    expect(outcomeText(200, 'The answer was cut off.')).toBe('status 200: The answer was cut off.');
    expect(outcomeText(null, null)).toBeNull();
  });
});

describe('the filters of deliveries', () => {
  it('lead to pages that keep what was chosen beside', () => {
    const { filters } = deliveryListView({
      ...list,
      filter: { endpoint: one, state: null, rule: 'test' },
    });
    const chips = filters.flatMap((filter) => filter.chips);
    const failed = chips.find(({ word }) => word === 'Given up');
    expect(failed).toMatchObject({
      href: `/notifications?endpoint=${one}&state=failed&rule=test`,
      count: '3',
    });
    expect(chips.filter(({ current }) => current).map(({ word }) => word)).toEqual([
      'All',
      'Test',
      'Archive',
    ]);
  });

  it('count over all endpoints until one is chosen', () => {
    const pending = deliveryListView(list).filters[0]?.chips[1];
    expect(pending).toMatchObject({ word: 'Pending', count: '1,001' });
  });

  it('choose no endpoint on the page of one', () => {
    const path = `/notifications/endpoints/${one}`;
    const view = deliveryListView({
      ...list,
      path,
      ofEndpoint: true,
      filter: { endpoint: one, state: 'failed', rule: null },
    });
    expect(view.filters.map(({ name }) => name)).toEqual(['State', 'Rule']);
    expect(view.self).toBe(`${path}?state=failed`);
    expect(view.streamHref).toBe(`${path}/stream?state=failed`);
  });

  it('have an address that leads to the page after', () => {
    const { olderHref, firstHref } = deliveryListView({ ...list, hasMore: true });
    expect([olderHref, firstHref]).toEqual([`/notifications?before=7_${one}`, null]);
    expect(parseCursor(`7_${one}`)).toEqual({ position: 7, endpoint: one });
    for (const wrong of [undefined, '', '7', `x_${one}`]) expect(parseCursor(wrong)).toBeNull();
  });
});

describe('sending again', () => {
  it('is offered for what was tried, to endpoints that are sent to', () => {
    expect(resendAction({ ...delivery, state: 'delivered' }, 'enabled', false)?.label).toBe(
      'Send again',
    );
    expect(resendAction(delivery, 'enabled', false)?.label).toBe('Send now');
    const waits = resendAction(delivery, 'enabled', true);
    expect([waits?.label, waits?.explains]).toMatchObject([
      'Send at next probe',
      expect.stringContaining('before its next probe goes well') as string,
    ]);
    expect(resendAction({ ...delivery, state: 'pending' }, 'enabled', false)).toBeNull();
    expect(resendAction(delivery, 'paused', false)).toBeNull();
  });
});

describe('the page of a rule', () => {
  const rule = {
    name: 'completed',
    type: 'document.completed',
    says: 'It has completed.',
    enabledAt: ago(1).toISOString(),
    requested: 1_000,
    suppressed: 2,
    past: [],
  };
  const base = { rule, dryRun: null, after: null, names: new Map(), titles: new Map(), now };

  it('proposes the last seven days, and nothing is sent by looking', () => {
    const view = ruleView({ ...base, canAct: true });
    expect([view.from, view.to]).toEqual(['2026-01-09T00:00', '2026-01-16T00:00']);
    expect([view.dryRun, view.sendPast]).toEqual([null, null]);
  });

  it('says of each message whether it was sent, and lets administrators send the rest', () => {
    const period = { from: new Date('2026-01-01T00:00Z'), to: new Date('2026-01-02T00:00Z') };
    const next = { storedAt: ago(3), position: 9 };
    const message = { documentId: one, fileName: 'a.txt', step: null, error: null };
    const messages = [
      { ...message, occurredAt: ago(5).toISOString(), requested: null },
      {
        ...message,
        step: 'text-extraction',
        error: { code: 'corrupt', kind: 'permanent', message: null },
        occurredAt: ago(5).toISOString(),
        requested: { at: ago(4).toISOString(), messageId: 'msg_1' },
      },
    ];
    const view = ruleView({ ...base, dryRun: { period, messages, next }, canAct: true });
    expect(view.dryRun?.messages).toMatchObject([
      { sent: null, why: null },
      { sent: { text: '4 hours ago' }, why: 'Text extraction failed: corrupt' },
    ]);
    const mark = new URL(view.dryRun?.nextHref ?? '', 'http://x').searchParams.get('mark');
    expect(parseMark(mark ?? '')).toEqual(next);
    expect(parseMark('later')).toBeNull();
    expect(view.sendPast?.fields).toEqual({
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-02T00:00:00.000Z',
    });
    const read = ruleView({ ...base, dryRun: { period, messages, next }, canAct: false });
    expect(read.sendPast).toBeNull();
  });
});

describe('a time in a form', () => {
  it('is in UTC unless it says otherwise', () => {
    expect(timeOfForm(formTime(now))).toEqual(now);
    expect(timeOfForm('2026-01-15T13:00:00+01:00')).toEqual(now);
    expect(() => timeOfForm('2026-13-41T10:00')).toThrow('is no time');
  });
});
