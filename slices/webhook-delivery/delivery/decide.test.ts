import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../shared/event.ts';
import { historyOf } from '../../../shared/steps/step.fixture.ts';
import { deliveriesOf, findDelivery } from './deliveries.ts';
import { failingSince, pauseAfter, pauseWarning } from './failing.ts';
import { decideJobs } from './jobs.ts';
import { decideOutcome } from './outcome.ts';
import { resendRefusal } from './resend.ts';
import { addressed, attempted, delivered, NEXT, resend, spent } from './story.fixture.ts';
import type { DeliveryState } from './table.ts';

const to = (endpoint: string, given: NewEvent[]) =>
  findDelivery(deliveriesOf(historyOf(...given)), 'message', endpoint);

/** What is enqueued when the event at `at` (the last) is handled. */
function jobs(given: NewEvent[], at = given.length - 1) {
  const history = historyOf(...given);
  const event = history[at];
  if (!event) throw new Error('No such event.');
  return (decideJobs(history, event).jobs ?? []).map((job) => [
    (job.data as { endpoint: string }).endpoint,
    job.due?.toISOString() ?? null,
  ]);
}

const both = addressed('one', 'two');
const failed = [both, attempted()];
const lost = [both, attempted(1, null), spent(1)];

const states: [what: string, given: NewEvent[], then: [DeliveryState, attempts: number]][] = [
  ['was addressed', [both], ['pending', 0]],
  ['failed once', failed, ['retrying', 1]],
  ['was delivered', [both, delivered()], ['delivered', 1]],
  ['was delivered at the second attempt', [...failed, delivered(2)], ['delivered', 2]],
  ['was given up', lost, ['failed', 1]],
  ['is to be sent again', [...lost, resend()], ['retrying', 1]],
  ['was sent again', [...lost, resend(), delivered(2)], ['delivered', 2]],
];

describe('a delivery', () => {
  it.each(states)('that %s', (_what, given, [state, attempts]) => {
    expect(to('one', given)).toMatchObject({ state, attempts });
    expect(to('two', given)).toMatchObject({ state: 'pending', attempts: 0 });
  });

  it('begins the schedule anew when somebody has it sent again', () =>
    expect(to('one', [...lost, resend()])).toMatchObject({ attempts: 1, tried: 0 }));
});

describe('a message', () => {
  it('is sent to every endpoint at once', () =>
    expect(jobs([both])).toEqual([
      ['one', null],
      ['two', null],
    ]));

  it('is sent again at its time, to the endpoint that failed', () =>
    expect(jobs(failed)).toEqual([['one', NEXT]]));

  it('is sent again when somebody asks', () =>
    expect(jobs([...lost, resend()]).map(([endpoint]) => endpoint)).toEqual(['one']));

  it('that nobody wants is not sent', () => expect(jobs([addressed()])).toEqual([]));

  it.each([
    ['it was delivered', [both, delivered(), delivered(1, 'two')], 0],
    ['it was given up', lost, 1],
    ['somebody had it sent meanwhile', [...failed, resend()], 1],
  ])('is not asked for late when %s', (_what, given, at) =>
    expect(jobs(given, at).filter(([endpoint]) => endpoint === 'one')).toEqual([]),
  );
});

const now = new Date('2026-01-01T01:00:00.000Z');
const answer = { status: 200, error: null, durationMs: 3, response: Buffer.of() };
const which = { messageId: 'message', endpoint: 'one', attempts: 2, tried: 2 };

describe('an attempt', () => {
  const outcome = (status: number | null, retryAfterMs: number | null = null, tried = 2) =>
    decideOutcome(
      { ...which, tried },
      { ...answer, status, retryAfterMs, error: status === null ? 'No answer.' : null },
      null,
      ({ attempts, retryAfterMs }) => (attempts > 3 ? null : Math.max(1_000, retryAfterMs ?? 0)),
      now,
    );

  it.each([200, 201, 204, 299])('that is answered %i has delivered the message', (status) =>
    expect(outcome(status)).toMatchObject([
      { type: 'NotificationDelivered', data: { attempt: 3, status } },
    ]),
  );

  it.each([null, 301, 307, 400, 404, 410, 429, 500, 503])(
    'that is answered %s is made again later',
    (status) =>
      expect(outcome(status)).toMatchObject([
        {
          type: 'NotificationAttempted',
          data: { attempt: 3, status, nextTryAt: '2026-01-01T01:00:01.000Z' },
        },
      ]),
  );

  it('is made again no sooner than the receiver asks', () =>
    expect(outcome(429, 60_000)).toMatchObject([
      { data: { nextTryAt: '2026-01-01T01:01:00.000Z' } },
    ]));

  it('that was the last gives the message up', () =>
    expect(outcome(500, null, 3)).toMatchObject([
      { type: 'NotificationAttempted', data: { nextTryAt: null } },
      { type: 'NotificationAbandoned', data: { attempts: 3, why: 'attempts-spent' } },
    ]));

  it('has the same ids whenever it is decided on', () =>
    expect(outcome(500).map(({ id }) => id)).toEqual(outcome(500).map(({ id }) => id)));
});

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(now.getTime() - hours * HOUR);

describe('an endpoint that fails', () => {
  it('is paused when nothing else happened for five days', () => {
    expect(pauseAfter(500, ago(5 * 24 - 1), now)).toBeNull();
    expect(pauseAfter(500, ago(5 * 24), now)).toMatchObject({ why: 'failing' });
    expect(pauseAfter(null, ago(5 * 24), now)).toMatchObject({ why: 'failing' });
  });

  it('is warned of from half of that on', () => {
    expect(pauseWarning(ago(59), now)).toBeNull();
    expect(pauseWarning(ago(60), now)).toEqual(new Date(now.getTime() + 60 * HOUR));
    expect(pauseWarning(null, now)).toBeNull();
  });

  it('is paused at once when it says that it is gone', () =>
    expect(pauseAfter(410, now, now)).toMatchObject({ why: 'gone' }));

  it('has failed since it was resumed, not since before', () => {
    expect(failingSince({ failingSince: ago(200) }, { resumedAt: ago(1) })).toEqual(ago(1));
    expect(failingSince({ failingSince: ago(1) }, { resumedAt: ago(200) })).toEqual(ago(1));
    expect(failingSince({ failingSince: null }, { resumedAt: ago(1) })).toBeNull();
  });
});

describe('sending again', () => {
  it.each([
    ['removed', 'failed', /was removed/],
    ['paused', 'failed', /Resume it first/],
    ['enabled', 'pending', /on its way/],
  ] as const)('is refused when the endpoint is %s and the message %s', (endpoint, state, says) =>
    expect(resendRefusal({ state: endpoint }, { state })).toMatch(says),
  );

  it.each(['retrying', 'delivered', 'failed'] as const)('is for what is %s', (state) =>
    expect(resendRefusal({ state: 'enabled' }, { state })).toBeNull(),
  );
});
