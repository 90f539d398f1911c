import { describe, expect, it } from 'vitest';
import { historyOf as eventsOf } from './steps/step.fixture.ts';
import { Counted, Opened } from '../tests/kernel.ts';
import { DocumentErased } from './erased.ts';
import type { NewEvent, StoredEvent } from './event.ts';
import { createRecentEvents, RECENT } from './recent-events.ts';

/** Events of a stream, at positions that follow each other. */
function told(stream: string, position: number, version: number, ...facts: NewEvent[]) {
  return eventsOf(...facts).map((event, index): StoredEvent => ({
    ...event,
    stream,
    position: position + index,
    version: version + index,
  }));
}
const opened = Opened({ name: 'a' });
const counted = Counted({ by: 1 });
const positions = (events: readonly StoredEvent[] | null) =>
  events?.map(({ position }) => position) ?? null;

function begunAt(position: number) {
  const recent = createRecentEvents();
  recent.begin(position);
  return recent;
}

describe('recent events', () => {
  it('are given after a position, so many at most, and not before what is known', () => {
    const recent = begunAt(10);
    recent.add(told('a', 11, 1, opened, counted));
    recent.add(told('b', 13, 1, opened));
    expect(positions(recent.after(10, 100))).toEqual([11, 12, 13]);
    expect(positions(recent.after(11, 1))).toEqual([12]);
    expect(positions(recent.after(13, 100))).toEqual([]);
    expect(recent.after(9, 100)).toBeNull();
  });

  it('tell a stream that began with them, and none whose beginning is not here', () => {
    const recent = begunAt(10);
    recent.add([...told('a', 11, 1, opened), ...told('old', 12, 7, counted)]);
    recent.add(told('a', 13, 2, counted));
    expect(positions(recent.historyOf('a'))).toEqual([11, 13]);
    expect(recent.historyOf('old')).toBeNull();
    expect(recent.historyOf('unknown')).toBeNull();
  });

  it('tell a history that stays as it is when more comes', () => {
    const recent = begunAt(0);
    recent.add(told('a', 1, 1, opened));
    const history = recent.historyOf('a');
    recent.add(told('a', 2, 2, counted));
    expect(positions(history)).toEqual([1]);
  });

  it('tell nothing of a document that was erased', () => {
    const recent = begunAt(0);
    recent.add(told('a', 1, 1, opened));
    recent.add(told('a', 2, 2, DocumentErased({ why: 'requested', reason: 'asked for' })));
    recent.add(told('a', 3, 3, counted));
    expect(recent.historyOf('a')).toBeNull();
  });

  it('forget the oldest, and with it the streams that began there', () => {
    const recent = begunAt(0);
    recent.add(told('a', 1, 1, opened));
    const many = Array.from({ length: RECENT - 1 }, () => counted);
    recent.add(told('b', 2, 1, ...many));
    expect(positions(recent.historyOf('a'))).toEqual([1]);
    recent.add(told('a', RECENT + 1, 2, counted));
    expect(recent.historyOf('a')).toBeNull();
    expect(recent.after(0, 1)).toBeNull();
    expect(positions(recent.after(1, 1))).toEqual([2]);
  });
});
