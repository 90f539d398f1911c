import type { Job } from 'pg-boss';
import { expect, it } from 'vitest';
import { silent } from '../tests/kernel.ts';
import { createPlaces } from './places.ts';
import type { JobContext } from './work-queue.ts';

const CONCURRENCY = 3;

/** A queue of three places, on a pg-boss that only keeps account of what it is asked. */
function placesOn(...waiting: string[]) {
  const asked: number[] = [];
  const settled: string[] = [];
  const alive = new Set<string>();
  const underWay = new Map<string, { context: JobContext; end: (error?: Error) => void }>();
  const stopping = new AbortController();
  const boss = {
    async fetch(_queue: string, { batchSize = 1 } = {}) {
      asked.push(batchSize);
      return waiting.splice(0, batchSize).map((id) => ({ id, data: {}, retryCount: 0 }) as Job);
    },
    async complete(_queue: string, jobs: { id: string }[]) {
      settled.push(`${jobs.map(({ id }) => id).join(' and ')} done`);
    },
    async fail(_queue: string, { id }: { id: string }, { message }: Error) {
      settled.push(`${id} failed: ${message}`);
    },
    touch: async () => ({ settled: [...alive] }),
  };
  const places = createPlaces({
    boss: boss as unknown as Parameters<typeof createPlaces>[0]['boss'],
    queue: 'letters',
    concurrency: CONCURRENCY,
    handler: (_data, context) =>
      new Promise((resolve, reject) => {
        alive.add(context.id);
        context.signal.addEventListener('abort', () => reject(new Error('aborted')));
        underWay.set(context.id, {
          context,
          end: (error) => (error ? reject(error) : resolve()),
        });
      }),
    stopping: stopping.signal,
    log: silent,
  });
  return { places, waiting, asked, settled, alive, underWay, stopping };
}

/** Lets everything happen that waits for nothing outside. */
const settle = () => new Promise((resolve) => void setImmediate(resolve));

it('asks once for all free places, and again for each that becomes free', async () => {
  const { places, asked, underWay, settled } = placesOn('a', 'b', 'c', 'd');
  places.fill();
  await settle();
  expect(asked).toEqual([3]);
  expect([...underWay.keys()]).toEqual(['a', 'b', 'c']);
  expect(places.hasFree()).toBe(false);

  underWay.get('b')?.end();
  await settle();
  expect(settled).toEqual(['b done']);
  expect(asked).toEqual([3, 1]);
  expect([...underWay.keys()]).toEqual(['a', 'b', 'c', 'd']);
});

it('tells of all jobs at once that are done at the same time', async () => {
  const { places, underWay, settled } = placesOn('a', 'b', 'c');
  places.fill();
  await settle();
  for (const { end } of underWay.values()) end();
  await settle();
  expect(settled).toEqual(['a and b and c done']);
});

it('asks nothing while no place is free, and forgets no call meanwhile', async () => {
  const { places, waiting, asked } = placesOn('a', 'b');
  places.fill();
  // What comes while it asks is asked for afterwards.
  places.fill();
  await settle();
  expect(asked).toEqual([3, 1]);
  waiting.push('c', 'd');
  places.fill();
  await settle();
  places.fill();
  await settle();
  expect(asked).toEqual([3, 1, 1]);
});

it('tells what a handler threw', async () => {
  const { places, underWay, settled } = placesOn('a');
  places.fill();
  await settle();
  underWay.get('a')?.end(new Error('No ink.'));
  await settle();
  expect(settled).toEqual(['a failed: No ink.']);
  expect(places.hasFree()).toBe(true);
});

it('lends each job one place, which goes with the job', async () => {
  const { places, asked, underWay } = placesOn('a', 'b', 'c', 'd', 'e');
  places.fill();
  await settle();
  const { context, end } = underWay.get('a') ?? {};
  context?.lendPlace?.();
  context?.lendPlace?.();
  await settle();
  expect(asked).toEqual([3, 1]);
  expect([...underWay.keys()]).toEqual(['a', 'b', 'c', 'd']);
  end?.();
  await settle();
  expect(asked).toEqual([3, 1]);
});

it('aborts a job that the database has given to another worker', async () => {
  const { places, alive, underWay } = placesOn('a', 'b');
  places.fill();
  await settle();
  alive.delete('a');
  await places.beat();
  const aborted = (id: string) => underWay.get(id)?.context.signal.aborted;
  expect([aborted('a'), aborted('b')]).toEqual([true, false]);
});

it('names what a stop has cut short, settles nothing of it and takes nothing more', async () => {
  const { places, waiting, asked, settled, stopping } = placesOn('a', 'b');
  places.fill();
  await settle();
  waiting.push('c');
  stopping.abort();
  places.fill();
  expect(await places.ended()).toEqual(['a', 'b']);
  expect(settled).toEqual([]);
  expect(asked).toEqual([3]);
});

it('begins nothing that a stop has overtaken', async () => {
  const { places, underWay, stopping } = placesOn('a', 'b');
  places.fill();
  stopping.abort();
  expect(await places.ended()).toEqual(['a', 'b']);
  expect(underWay.size).toBe(0);
});
