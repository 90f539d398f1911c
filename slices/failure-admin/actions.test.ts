import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../tests/app.ts';
import { gatedSteps } from '../../tests/browser/gated-steps.ts';
import { isOfProcessing } from '../../tests/faults/story.ts';

const gates = gatedSteps();
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ steps: gates.steps, env: { BULK_RETRIES_PER_SECOND: '200' } });
});
afterAll(() => app.stop());

async function received(name = 'a.txt'): Promise<string> {
  const [uploaded] = await app.upload({ name, content: name });
  return uploaded?.id ?? '';
}

/** A document of which the first step was given up. */
async function failed(message = 'It is broken.'): Promise<string> {
  const id = await received();
  gates.fail(id, message);
  await app.untilStatus(id, 'failed');
  return id;
}

const post = (path: string, body: unknown, as: 'admin' | 'operator' = 'admin') =>
  app.ask(path, {
    as,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const act = (id: string, path: string, body: object = { reason: 'because' }) =>
  post(`/api/documents/${id}/${path}`, body);

async function story(id: string): Promise<string[]> {
  const answer = await app.ask(`/api/documents/${id}/events`);
  const { events } = (await answer.json()) as { events: { type: string }[] };
  return events.filter(isOfProcessing).map(({ type }) => type);
}

describe('an action by API', () => {
  it('retries a step that was given up, with the actor and the reason', async () => {
    const id = await failed();
    const answer = await act(id, 'steps/reading/retry', { reason: 'the shelf was repaired' });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ event: { type: 'StepRetryRequested' } });
    gates.finish(id);
    gates.finish(id);
    await app.untilStatus(id, 'completed');
    const history = await app.cradle.store.read(`document-${id}`);
    const asked = history.find(({ type }) => type === 'StepRetryRequested');
    const failure = history.find(({ type }) => type === 'ReadingFailed');
    expect(asked).toMatchObject({
      data: { step: 'reading', reason: 'the shelf was repaired' },
      metadata: {
        actor: expect.stringMatching(/^token:/) as string,
        command: 'retry step',
        causation: failure?.id,
        correlation: history[0]?.metadata.correlation,
      },
    });
  });

  it('skips the step that the document stands at: it counts as done', async () => {
    const id = await failed();
    expect((await act(id, 'steps/reading/skip')).status).toBe(202);
    gates.finish(id);
    expect(await app.untilStatus(id, 'completed')).toMatchObject({ percent: 100, error: null });
    expect(await story(id)).toEqual([
      'DocumentReceived',
      'ReadingStarted',
      'ReadingFailed',
      'StepGivenUp',
      'StepSkipped',
      'FilingStarted',
      'FilingFinished',
      'DocumentCompleted',
    ]);
  });

  it('cancels a document while a step of it runs, of which nothing is heard any more', async () => {
    const id = await received();
    await app.untilStatus(id, 'processing');
    expect((await act(id, 'cancel')).status).toBe(202);
    expect((await app.document(id)).status).toBe('cancelled');
    gates.finish(id);
    const other = await received();
    gates.finish(other);
    gates.finish(other);
    await app.untilStatus(other, 'completed');
    expect(await story(id)).toEqual(['DocumentReceived', 'ReadingStarted', 'DocumentCancelled']);
  });

  it('processes a completed document again from a step on, keeping what was', async () => {
    const id = await received();
    gates.finish(id);
    gates.finish(id);
    await app.untilStatus(id, 'completed');
    expect((await act(id, 'reprocess', { fromStep: 'filing', reason: 'a new shelf' })).status).toBe(
      202,
    );
    expect(await app.document(id)).toMatchObject({ percent: 50, step: 'filing' });
    gates.finish(id);
    await app.untilStatus(id, 'completed');
    expect((await story(id)).slice(4)).toEqual([
      'FilingFinished',
      'DocumentCompleted',
      'ReprocessingRequested',
      'FilingStarted',
      'FilingFinished',
      'DocumentCompleted',
    ]);
  });

  it('is done once when two ask at the same time, and the other is told so', async () => {
    const id = await failed();
    const answers = await Promise.all([
      act(id, 'steps/reading/retry'),
      act(id, 'steps/reading/retry'),
    ]);
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      202, 409,
    ]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.headers.get('content-type')).toContain('application/problem+json');
    expect(await refused?.json()).toMatchObject({
      detail: expect.stringMatching(/Somebody was faster|is running now/) as string,
    });
    gates.finish(id);
    gates.finish(id);
    await app.untilStatus(id, 'completed');
    expect((await story(id)).filter((type) => type === 'StepRetryRequested')).toHaveLength(1);
  });

  it('is refused where it makes no sense', async () => {
    const id = await failed();
    const statuses = [
      await post(`/api/documents/${id}/steps/reading/retry`, {}),
      await post(`/api/documents/${id}/steps/reading/retry`, { reason: ' ' }),
      await post(`/api/documents/${id}/steps/reading/retry`, { reason: 'x'.repeat(501) }),
      await post(`/api/documents/${id}/reprocess`, { reason: 'no step' }),
      await post(`/api/documents/${id}/steps/ironing/retry`, { reason: 'no such step' }),
      await post(`/api/documents/${id}/steps/filing/retry`, { reason: 'not there yet' }),
      await post(`/api/documents/${id}/steps/reading/give-up`, { reason: 'given up before' }),
      await post('/api/documents/0190a6c0-0000-7000-8000-000000000001/cancel', { reason: 'who' }),
      await post(`/api/documents/${id}/cancel`, { reason: 'not mine' }, 'operator'),
    ].map(({ status }) => status);
    expect(statuses).toEqual([422, 422, 422, 422, 404, 409, 409, 404, 403]);
    expect(await story(id)).toHaveLength(4);
  });
});

describe('an action by form', () => {
  it('leads back to the page that it came from', async () => {
    const id = await failed();
    const form = (reason: string, cookie: string) =>
      fetch(`${app.url}/documents/${id}/steps/reading/retry`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, origin: app.url, accept: 'text/html' },
        body: new URLSearchParams({ reason, back: '/failures' }),
      });
    const cookie = await app.session();
    const answer = await form('again', cookie);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/failures']);
    gates.finish(id);
    gates.finish(id);
    await app.untilStatus(id, 'completed');
    const late = await form('once more', cookie);
    expect(late.status).toBe(409);
    expect(await late.text()).toContain('Reading has finished');
  });
});

describe('a retry of a whole group', () => {
  const groupOf = async (id: string) => {
    const [row] = await app.database.database.sql<{ group_id: string }[]>`
      SELECT group_id FROM failures WHERE id = ${id}`;
    return row?.group_id ?? '';
  };

  it('retries everything that stands in it, at the configured pace, and says how far it is', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await failed('The drum is stuck.'));
    await app.level('failures');
    const group = await groupOf(ids[0] ?? '');
    const answer = await post(`/api/failures/${group}/retry`, { reason: 'the drum turns again' });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ group, documents: 5, perSecond: 200 });
    for (const id of ids) {
      gates.finish(id);
      gates.finish(id);
      await app.untilStatus(id, 'completed');
    }
    const [first] = await app.cradle.store.read(`failure-group-${group}`);
    const asked = (await app.cradle.store.read(`document-${ids[0]}`)).find(
      ({ type }) => type === 'StepRetryRequested',
    );
    expect(asked).toMatchObject({
      data: { reason: 'the drum turns again' },
      metadata: { actor: first?.metadata.actor, correlation: first?.id, command: 'retry group' },
    });
    const retry = await app.ask(`/api/failures/${group}/retry`, { as: 'viewer' });
    expect(await retry.json()).toMatchObject({ documents: 5, retried: 5 });
    expect((await post(`/api/failures/${group}/retry`, { reason: 'again' })).status).toBe(404);
  });
});
