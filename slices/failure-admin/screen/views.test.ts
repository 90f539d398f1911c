import { describe, expect, it } from 'vitest';
import type { GroupRetryProgress } from '../group-retry/queries.ts';
import { groupActions } from '../groups/group-actions.ts';
import { bulkView } from './bulk-view.ts';
import type { FailureGroup } from './group-queries.ts';
import { groupView, overviewHref, parseCursor } from './overview-view.ts';
import { stuckView } from './stuck-view.ts';
import { kindsText, remedyOf, stateView, titleOf } from './words.ts';

const at = (time: string) => new Date(`2026-01-15T${time}Z`);
const now = at('12:00:00');

const group: FailureGroup = {
  group: '0123456789abcdef',
  signature: 'wash broken Drum <n> of <name> broke.',
  step: 'wash',
  code: 'broken',
  kind: 'transient',
  message: 'Drum 4 of "Anna" broke.',
  failed: 1_200,
  retrying: 0,
  firstFailedAt: at('10:00:00'),
  lastFailedAt: at('11:59:00'),
  tab: 'open',
  mark: null,
};
const mark = {
  mark: 'resolved',
  reason: 'a new drum',
  actor: 'user:1',
  at: at('11:00:00'),
} as const;
const names = new Map([['user:1', 'Ada']]);
const around = { figures: new Map(), titles: new Map([['wash', 'Washing']]), names, now };

describe('a group on the overview', () => {
  it('is named by what its failures have in common', () => {
    expect(titleOf(group.signature)).toBe('Drum … of … broke.');
    expect(groupView(group, around)).toMatchObject({
      title: 'Drum … of … broke.',
      step: 'Washing',
      failed: '1,200',
      hasFailed: true,
      isRetrying: false,
      note: null,
    });
  });

  it('says who marked it and why, and that it came back', () => {
    const marked = groupView({ ...group, tab: 'resolved', mark }, around).note;
    expect(marked).toMatchObject({
      before: 'Marked resolved by',
      who: 'Ada',
      reason: 'a new drum',
    });
    const back = groupView({ ...group, mark }, around).note;
    expect(back?.before).toBe('Came back: marked resolved by');
    const erased = groupView(
      { ...group, mark: { ...mark, reason: null, actor: 'user:2' } },
      around,
    );
    expect(erased.note).toMatchObject({ who: 'somebody who is gone', reason: '(erased)' });
    expect(groupView({ ...group, mark: { ...mark, mark: 'open' } }, around).note).toBeNull();
  });

  it('names the kinds of document as well as they are known', () => {
    const none = { kind: null, mediaType: null, extension: null };
    const kinds = [
      { ...none, kind: 'credit-note', count: 1_000 },
      { ...none, mediaType: 'application/pdf', count: 3 },
      { ...none, extension: 'xyz', count: 2 },
      { ...none, count: 1 },
      { ...none, kind: 'letter', count: 1 },
    ];
    expect(kindsText(kinds)).toBe('Credit note 1,000, PDF 3, .xyz 2, others 2');
    expect(kindsText(kinds.slice(3, 4))).toBe('Unknown 1');
  });

  it('has an address that leads to the page after it', () => {
    const href = overviewHref({ tab: 'ignored', before: group });
    expect(href).toBe(`/failures?tab=ignored&before=${at('10:00:00').getTime()}-${group.group}`);
    const cursor = new URLSearchParams(href.split('?')[1]).get('before') ?? '';
    expect(parseCursor(cursor)).toEqual({ firstFailedAt: at('10:00:00'), group: group.group });
    for (const wrong of [undefined, '', '1-2', 'x-0123456789abcdef'])
      expect(parseCursor(wrong)).toBeNull();
  });
});

describe('the actions on a group', () => {
  const labels = (changes: Partial<FailureGroup>, isRetried = false) =>
    groupActions({ ...group, ...changes }, isRetried).map(({ label }) => label);

  it('follow from where it stands', () => {
    expect(labels({})).toEqual(['Retry all', 'Resolve', 'Ignore']);
    expect(labels({}, true)).toEqual(['Resolve', 'Ignore']);
    expect(labels({ tab: 'resolved' })).toEqual(['Retry all', 'Ignore', 'Reopen']);
    expect(labels({ tab: 'ignored', failed: 0 })).toEqual(['Resolve', 'Reopen']);
    expect(labels({ failed: 0 })).toEqual([]);
  });
});

describe('the failure of a document, in words', () => {
  const retry = { dueAt: at('12:00:12').toISOString(), attempt: 2, attempts: 4 };

  it('counts down to the next try while it waits for it', () => {
    const { word, next } = stateView({ state: 'retrying', retry }, now);
    expect([word, next?.due.text, next?.count]).toEqual(['Retrying', 'in 12 s', '2 of 4']);
    expect(stateView({ state: 'retrying', retry: null }, now).next).toBeNull();
    expect(stateView({ state: 'failed', retry: null }, now)).toMatchObject({ word: 'Failed' });
  });

  it('says what to do', () => {
    const remedy = (state: Parameters<typeof remedyOf>[0]['state'], kind = 'transient' as const) =>
      remedyOf({ state, kind, failures: 4 });
    expect(remedy('retrying')).toContain('Nothing needs to be done for now');
    expect(remedy('failed')).toContain('Given up after 4 failures');
    expect(remedyOf({ state: 'failed', kind: 'permanent', failures: 1 })).toContain(
      'Correct the file',
    );
    expect(remedy('closed')).toContain('settled');
  });
});

describe('the retry of a group', () => {
  const bulk: GroupRetryProgress = {
    id: group.group,
    retry: '0190a6c0-0000-7000-8000-0000000000bb',
    signature: group.signature,
    documents: 1_200,
    perSecond: 50,
    reason: 'a new drum',
    actor: 'user:1',
    state: 'running',
    refused: 0,
    requestedAt: at('11:59:00'),
    endedAt: null,
    revision: 1,
    retried: 200,
  };

  it('tells how far it is and how long it will take, and can be stopped by who may', () => {
    const view = bulkView(bulk, names, true);
    expect(view).toMatchObject({
      handled: 200,
      text: '200 of 1,200 documents',
      pace: '50 a second, about 20 s left',
      by: 'Ada: a new drum',
      stop: { href: `/failures/${group.group}/retry/stop` },
    });
    expect(bulkView(bulk, names, false).stop).toBeNull();
  });

  it('has an end', () => {
    const view = bulkView({ ...bulk, state: 'finished', retried: 1_190, refused: 10 }, names, true);
    expect(view).toMatchObject({
      word: 'Finished',
      handled: 1_200,
      pace: null,
      refused: '10 documents had moved on',
      stop: null,
    });
  });
});

describe('what is stuck, in words', () => {
  const delivery = {
    subscription: 'document-board',
    kind: 'projection' as const,
    stream: 'document-0190a6c0-0000-7000-8000-000000000001',
    position: 1,
    eventId: '',
    eventType: 'DocumentReceived',
    error: 'TypeError: oops\n    at fold',
    attempts: 4,
    parkedAt: at('11:00:00'),
    nextTryAt: null,
    waiting: 0,
  };

  it('links what is a document, and tells the error by its first line', () => {
    const streams = [
      delivery,
      { ...delivery, stream: 'redrives', error: 'Error: flat', waiting: 2 },
    ];
    const view = stuckView(
      { deliveries: { total: 70, streams }, jobs: { total: 0, jobs: [] } },
      true,
      now,
    );
    expect(view.deliveries).toMatchObject([
      {
        documentHref: '/documents/0190a6c0-0000-7000-8000-000000000001',
        headline: 'TypeError: oops',
        error: delivery.error,
        waiting: 'none',
      },
      { documentHref: null, headline: 'Error: flat', error: null, waiting: '2 events' },
    ]);
    expect(view.moreDeliveries).toBe('The oldest 2 of 70 are shown.');
    expect(view.runAllDeliveries?.fields).toEqual({ subscription: '', stream: '' });
    expect(view.runAllJobs).toBeNull();
  });
});
