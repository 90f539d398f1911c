import { describe, expect, it } from 'vitest';
import type { StoredEvent, NewEvent } from '../../shared/event.ts';
import { historyOf, DOCUMENT } from '../../shared/steps/step.fixture.ts';
import { foldHistory } from '../../shared/projection.ts';
import * as laundry from '../../tests/laundry.ts';
import { noBlobs } from '../../tests/kernel.ts';
import { StepRetryRequested } from './events.ts';
import { groupOf } from './failure-group.contract.ts';
import { failuresProjection, RETRY_GROUP } from './read-model.ts';

const { everything, wash, dry, done, scheduled, completed, DUE_AT } = laundry;
const projection = failuresProjection(laundry.steps);
const foldAll = (history: readonly StoredEvent[]) => foldHistory(projection, history, noBlobs);
const fold = (...events: NewEvent[]) => foldAll(historyOf(everything, ...events));

const retried = laundry.retryRequested('wash');
const skipped = laundry.skipped('wash');
const again = laundry.reprocessed('wash');
const failed = [wash.started(), wash.failed()];
const second = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));

const states: [what: string, events: NewEvent[], state: string | undefined][] = [
  ['nothing but a start', [wash.started()], undefined],
  ['a step that finished', done(wash), undefined],
  ['an interruption', [wash.started(), wash.died()], undefined],
  ['a failure', failed, 'deciding'],
  ['a retry at a stated time', [...failed, scheduled('wash', 2)], 'retrying'],
  ['a retry that has begun', [...failed, scheduled('wash', 2), wash.started(2)], 'running'],
  [
    'a retry that was interrupted',
    [...failed, scheduled('wash', 2), wash.started(2), wash.died(2)],
    'running',
  ],
  [
    'another failure',
    [...failed, scheduled('wash', 2), wash.started(2), wash.failed(2)],
    'deciding',
  ],
  ['giving up', [...failed, laundry.givenUp('wash')], 'failed'],
  ['a retry that was asked for', [...failed, laundry.givenUp('wash'), retried], 'retrying'],
  ['success', [...failed, retried, ...done(wash, 2)], 'closed'],
  ['skipping', [...failed, skipped], 'closed'],
  ['cancelling', [...failed, laundry.cancelled], 'closed'],
  ['processing again', [...failed, again], 'closed'],
  ['the start after processing again', [...failed, again, wash.started(2)], 'closed'],
  [
    'a failure after processing again',
    [...failed, again, wash.started(2), wash.failed(2)],
    'deciding',
  ],
  ['the success of a later step', [...failed, skipped, ...done(dry), completed], 'closed'],
  ['a failure of a later step', [...failed, skipped, dry.started(), dry.failed()], 'deciding'],
];

describe('the failure of a document', () => {
  it.each(states)('after %s', async (_what, events, state) =>
    expect((await fold(...events))?.state).toBe(state),
  );

  it('tells step, attempt, error and group', async () => {
    expect(
      await fold(...failed, scheduled('wash', 2), wash.started(2), wash.failed(2)),
    ).toMatchObject({
      id: DOCUMENT,
      step: 'wash',
      attempt: 2,
      failures: 2,
      code: 'broken',
      kind: 'transient',
      message: 'It broke.',
      detail: null,
      group: groupOf('broken'),
      position: 6,
    });
  });

  it('tells when it is tried again, only while it waits for that', async () => {
    const waiting = [...failed, scheduled('wash', 2)];
    expect((await fold(...waiting))?.retry).toEqual({ dueAt: DUE_AT, attempt: 2, attempts: 4 });
    expect((await fold(...waiting, wash.started(2)))?.retry).toBeNull();
    expect((await fold(...waiting, retried))?.retry).toBeNull();
  });

  it('keeps the times of failures that are alike, and begins anew with another', async () => {
    const twice = [...failed, scheduled('wash', 2), wash.started(2), wash.failed(2)];
    expect(await fold(...twice)).toMatchObject({
      failedAt: [second(2), second(5)],
      firstFailedAt: second(2),
      lastFailedAt: second(5),
    });
    const other = wash.failed(2, { signature: 'other' });
    expect(await fold(...twice.slice(0, -1), other)).toMatchObject({
      group: groupOf('other'),
      failedAt: [second(5)],
      firstFailedAt: second(5),
      failures: 2,
    });
  });

  it('knows the retry of its group that it was part of last', async () => {
    const history = historyOf(
      everything,
      ...failed,
      laundry.givenUp('wash'),
      retried,
      wash.started(2),
      wash.failed(2),
    );
    expect((await foldAll(history))?.bulk).toBeNull();
    const bulk = '0190a6c0-0000-7000-8000-0000000000bb';
    const ofGroup = history.map((event) =>
      StepRetryRequested.is(event)
        ? { ...event, metadata: { ...event.metadata, command: RETRY_GROUP, correlation: bulk } }
        : event,
    );
    expect((await foldAll(ofGroup))?.bulk).toBe(bulk);
  });

  it('accepts a technical error that was erased', async () => {
    const history = historyOf(everything, ...failed);
    expect(history[2]?.data['error']).toMatchObject({ detail: null });
    expect((await foldAll(history))?.detail).toBeNull();
  });
});
