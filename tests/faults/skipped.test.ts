import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepSlices } from '../../slices/slices.ts';
import { startTestApp, type TestApp } from '../app.ts';
import { faultySteps } from './faulty-steps.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ steps: faultySteps(stepSlices) });
});
afterAll(() => app.stop());

/** A document of which the step fails for good, and is then skipped. */
async function skipped(step: string): Promise<string> {
  const name = `invoice 7 (${step} fail-permanent).txt`;
  const [uploaded] = await app.upload({ name, content: `Invoice 7. ${crypto.randomUUID()}` });
  const id = uploaded?.id ?? '';
  await app.untilStatus(id, 'failed');
  const answer = await app.ask(`/api/documents/${id}/steps/${step}/skip`, {
    as: 'admin',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'we know what it is' }),
  });
  expect(answer.status).toBe(202);
  return id;
}

describe('a document goes on without a skipped step', () => {
  it('that would have read its text: name and format are classified, the preview is made', async () => {
    const id = await skipped('text-extraction');
    expect(await app.untilStatus(id, 'completed', 'failed')).toMatchObject({
      status: 'completed',
      percent: 100,
    });
    expect((await app.ask(`/api/documents/${id}/preview.png`)).status).toBe(200);
    expect((await app.ask(`/api/documents/${id}/text`)).status).toBe(404);
  });

  it.each(['classification', 'publication'])('that nothing else needs: %s', async (step) => {
    const id = await skipped(step);
    expect((await app.untilStatus(id, 'completed', 'failed')).status).toBe('completed');
  });

  it('that all others need, until the first of them says so', async () => {
    const id = await skipped('inspection');
    const { error, step } = await app.untilStatus(id, 'completed', 'failed');
    expect(step).toBe('text-extraction');
    expect(error).toMatchObject({
      code: 'earlier-step-skipped',
      kind: 'permanent',
      message: expect.stringContaining('needs the result of inspection') as string,
    });
  });
});
