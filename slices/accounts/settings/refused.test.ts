import { afterAll, beforeAll, expect, it } from 'vitest';
import { conflict, forbidden } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import { bearer, createTestServer } from '../../../shared/web/test-server.ts';
import { showAgain } from './refused.ts';

let app: App;
beforeAll(async () => {
  app = await createTestServer({ 'POST /form': ['viewer'] }, (slice) => {
    const errorHandler = showAgain((_request, reply, refused) => reply.send(refused));
    slice.post('/form', { errorHandler }, async ({ body }) => {
      const { slug } = body as { slug: string };
      throw slug === 'conflict' ? conflict('It is taken.') : forbidden('It is wrong.', slug);
    });
  });
});
afterAll(() => app.close());

const send = (payload: object, accept = 'text/html') =>
  app.inject({ method: 'POST', url: '/form', headers: { ...bearer('viewer'), accept }, payload });

it('a refused form comes back with what was typed, and without secrets', async () => {
  const payload = { slug: 'conflict', name: 'Ada', current: 'x', password: 'y', code: 'z' };
  const answer = await send(payload);
  expect([answer.statusCode, answer.json()]).toEqual([
    409,
    { form: '/form', says: 'It is taken.', typed: { slug: 'conflict', name: 'Ada' } },
  ]);
});

it.each(['wrong-password', 'wrong-code'])('so does one that was refused as %s', async (slug) => {
  const answer = await send({ slug });
  expect([answer.statusCode, answer.json().says]).toEqual([403, 'It is wrong.']);
});

it('what is refused for who asks, or to a program, does not', async () => {
  expect((await send({ slug: 'forbidden' })).body).toContain('<h1>Forbidden</h1>');
  expect((await send({ slug: 'conflict' }, '*/*')).json().type).toBe('/problems/conflict');
});
