import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentFromHistory } from '../../slices/document-board/document.contract.ts';
import { stepSlices } from '../../slices/slices.ts';
import { startTestApp, type TestApp } from '../app.ts';
import { composedSlices } from '../event-model/current.ts';
import { renderEventModel } from '../event-model/render.ts';
import { isOfProcessing } from '../faults/story.ts';
import { archiving } from './slice.ts';

const steps = [...stepSlices, archiving];

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ steps });
});
afterAll(() => app.stop());

describe('a fifth step of one folder and one line', () => {
  it('runs last, and board, page, percentage and history know it', async () => {
    const [uploaded] = await app.upload({
      name: 'note.txt',
      content: 'A short note about shelves.',
    });
    const id = uploaded?.id ?? '';
    expect(await app.untilStatus(id, 'completed')).toMatchObject({ percent: 100, step: null });

    const answer = await app.ask(`/api/documents/${id}/events`);
    const { events } = (await answer.json()) as {
      events: { type: string; data: { plan?: string[] } }[];
    };
    expect(events[0]?.data.plan).toEqual(steps.map(({ step }) => step.slug));
    expect(
      events
        .filter(isOfProcessing)
        .map(({ type }) => type)
        .slice(-3),
    ).toEqual(['ArchivingStarted', 'ArchivingFinished', 'DocumentCompleted']);

    const headers = { cookie: await app.session() };
    const board = await (await app.ask('/', { as: null, headers })).text();
    expect(board).toContain('5 of 5 steps');
    const page = await (await app.ask(`/documents/${id}`, { as: null, headers })).text();
    expect(page).toContain('Archiving finished');
    expect(page.match(/data-state="done"/g)?.length).toBeGreaterThanOrEqual(5);
  });

  it('counts 20 % a step', async () => {
    const [other] = await app.upload({ name: 'other.txt', content: 'Another note.' });
    const percents = new Set<number>();
    await app.untilStatus(other?.id ?? '', 'completed');
    const history = await app.cradle.store.read(`document-${other?.id}`);
    const fold = documentFromHistory(
      steps.map(({ step }) => step),
      app.cradle.blobs,
    );
    for (let length = 1; length <= history.length; length += 1) {
      const record = await fold(history.slice(0, length));
      percents.add(Math.floor((100 * (record?.done.length ?? 0)) / (record?.plan.length ?? 1)));
    }
    expect([...percents]).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it('stands in the event model with its events and who listens', () => {
    const model = renderEventModel(composedSlices(steps), new Map());
    expect(model).toContain('## archiving');
    expect(model).toMatch(
      /^\| `ArchivingFinished` \| run archiving \| next-step, .*document-board.* \|$/m,
    );
  });
});
