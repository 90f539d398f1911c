import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../../tests/app.ts';
import { gatedSteps } from '../../../tests/browser/gated-steps.ts';
import { failMany, groupOfCode } from '../../../tests/failed.ts';
import { createSignal } from '../../../shared/signal.ts';
import { groupStream } from '../failure-group.contract.ts';

const gates = gatedSteps();
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ steps: gates.steps, env: { BULK_RETRIES_PER_SECOND: '100' } });
});
afterAll(() => app.stop());

const group = (code: string) => groupOfCode(gates.steps, code);

interface Retry {
  state: string;
  documents: number;
  retried: number;
  refused: number;
}

const post = (path: string) =>
  app.ask(path, {
    as: 'admin',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'the shelf was repaired' }),
  });

async function progress(of: string): Promise<Retry> {
  const answer = await app.ask(`/api/failures/${of}/retry`, { as: 'viewer' });
  return (await answer.json()) as Retry;
}

/** Looks into the log whenever something was added to it. */
async function until(look: () => Promise<boolean>): Promise<void> {
  const signal = createSignal();
  app.cradle.runtime.bus.listen(signal.wake);
  while (!(await look())) await signal.wait(1_000);
}

const hasFinished = async (of: string) =>
  (await app.cradle.store.read(groupStream(of))).at(-1)?.type === 'GroupRetryFinished';

const asked = async (ids: string[]) => {
  const histories = await app.cradle.store.readMany(ids.map((id) => `document-${id}`));
  return [...histories.values()].map(
    (history) => history.filter(({ type }) => type === 'StepRetryRequested').length,
  );
};

describe('the retry of a group', () => {
  it('goes at its pace, and says what came of it', async () => {
    const ids = await failMany(app, gates.steps, 60, () => 'even-pace');
    const begun = performance.now();
    expect((await post(`/api/failures/${group('even-pace')}/retry`)).status).toBe(202);
    await until(() => hasFinished(group('even-pace')));
    const seconds = (performance.now() - begun) / 1000;
    expect(seconds).toBeGreaterThan(0.5);
    expect(await progress(group('even-pace'))).toMatchObject({
      documents: 60,
      retried: 60,
      refused: 0,
    });
    expect(await asked(ids)).toEqual(ids.map(() => 1));
  });

  it('is one, however many ask for it', async () => {
    await failMany(app, gates.steps, 30, () => 'two-of-us');
    const answers = await Promise.all(
      [1, 2, 3].map(() => post(`/api/failures/${group('two-of-us')}/retry`)),
    );
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      202, 409, 409,
    ]);
    await until(() => hasFinished(group('two-of-us')));
  });

  it('can be stopped: what was retried stays so, the rest stays failed', async () => {
    const ids = await failMany(app, gates.steps, 150, () => 'stop-me');
    const of = group('stop-me');
    await post(`/api/failures/${of}/retry`);
    await until(async () => (await asked(ids)).includes(1));
    expect((await post(`/api/failures/${of}/retry/stop`)).status).toBe(202);
    expect((await post(`/api/failures/${of}/retry/stop`)).status).toBe(409);
    const { state, retried } = await progress(of);
    expect(state).toBe('stopped');
    expect(retried).toBeLessThan(150);
    // A second run takes up what is left.
    expect((await post(`/api/failures/${of}/retry`)).status).toBe(202);
    await until(() => hasFinished(of));
    expect(await asked(ids)).toEqual(ids.map(() => 1));
  });

  it('goes on after a restart, and asks nobody twice', async () => {
    const ids = await failMany(app, gates.steps, 120, () => 'restart-me');
    const of = group('restart-me');
    await post(`/api/failures/${of}/retry`);
    await until(async () => (await asked(ids)).includes(1));
    await app.restart();
    expect((await progress(of)).state).toBe('running');
    await until(() => hasFinished(of));
    expect(await asked(ids)).toEqual(ids.map(() => 1));
    expect(await progress(of)).toMatchObject({ retried: 120, refused: 0 });
  });
});
