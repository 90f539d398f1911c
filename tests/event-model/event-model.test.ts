import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import type { StepSlice } from '../../shared/slice.ts';
import { eventsOf, stepSlices } from '../../slices/slices.ts';
import { composedSlices, currentEventModel } from './current.ts';
import { listenersOf, statersOf } from './render.ts';

const slices = composedSlices();
const events = slices.flatMap((slice) => slice.events ?? []);

describe('event-model.md', () => {
  it('is what the manifests say: run "npm run event-model" when it differs', () => {
    const written = readFileSync(new URL('../../event-model.md', import.meta.url), 'utf8');
    expect(written).toBe(currentEventModel());
  });
});

describe('every event', () => {
  it('is known to the store', () => {
    expect(
      eventsOf(stepSlices)
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(events.map(({ type }) => type).toSorted());
  });

  it.each(events.map(({ type }) => type))(
    '%s has somebody who states it and somebody who listens',
    (type) => {
      expect(statersOf(type, slices)).not.toEqual([]);
      expect(listenersOf(type, slices)).not.toEqual([]);
    },
  );
});

describe('every declared emission', () => {
  let app: TestApp;
  /** The real steps, made to fail or to be interrupted by the name of the file. */
  const steps = stepSlices.map((slice): StepSlice => ({ ...slice, step: obedient(slice) }));

  beforeAll(async () => {
    app = await startTestApp({ steps });
  });
  afterAll(() => app.stop());

  it('is seen: documents that complete, that fail in each step, and that a restart interrupts in each', async () => {
    const [good] = await app.upload({ name: 'good.txt', content: 'A good document.' });
    await app.untilStatus(good?.id ?? '', 'completed');
    for (const { step } of steps) {
      const [bad] = await app.upload({
        name: `fail-${step.slug}.txt`,
        content: `A bad document: ${step.slug}.`,
      });
      await app.untilStatus(bad?.id ?? '', 'failed');
      const [slow] = await app.upload({
        name: `hang-${step.slug}.txt`,
        content: `A slow document: ${step.slug}.`,
      });
      await untilStarted(app, slow?.id ?? '', step.events.Started.type);
      await app.restart();
      await app.untilStatus(slow?.id ?? '', 'completed');
    }
    const rows = await app.database.database.sql<
      { type: string }[]
    >`SELECT DISTINCT type FROM events`;
    const seen = new Set(rows.map(({ type }) => type));
    expect(events.map(({ type }) => type).filter((type) => !seen.has(type))).toEqual([]);
  }, 60_000);
});

function obedient({ step }: StepSlice): StepSlice['step'] {
  return {
    ...step,
    async run(context) {
      const name = String(context.history[0]?.data['fileName']);
      if (name === `fail-${step.slug}.txt`) {
        throw new StepFailure('test-failure', 'permanent', 'This fails on purpose. Do nothing.');
      }
      const attempts = context.history.filter((event) => step.events.Started.is(event)).length;
      // Deaf to its signal: the worker ends it all the same.
      if (name === `hang-${step.slug}.txt` && attempts === 1) await new Promise(() => {});
      return step.run(context);
    },
  };
}

async function untilStarted(app: TestApp, id: string, type: string): Promise<void> {
  for (;;) {
    // Before looking: what happens in between is not missed.
    const next = new Promise<void>((resolve) => {
      app.cradle.runtime.bus.listen(() => resolve());
    });
    const history = await app.cradle.store.read(`document-${id}`);
    if (history.some((event) => event.type === type)) return;
    await next;
  }
}
