import ajvCompiler from '@fastify/ajv-compiler';
import stringifyCompiler from '@fastify/fast-json-stringify-compiler';
import type { FastifySchema, RouteOptions } from 'fastify';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DocumentErased } from '../shared/erased.ts';
import { documentOf, documentStream } from '../shared/event.ts';
import { unusedEntries } from '../shared/web/access.ts';
import { roles, type Role } from '../shared/web/principal.ts';
import { buildServer } from '../shared/web/server.ts';
import { accessTable } from '../slices/access.ts';
import { createDoctrailContainer } from '../slices/container.ts';
import { stepSlices } from '../slices/slices.ts';
import { credentialsOf, walkAccess } from './access-matrix.ts';
import { startTestApp, type TestApp } from './app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { TRUST_PROXY: 'on' } });
});
afterAll(() => app.stop());

describe('the container', () => {
  it('resolves every registration', () => {
    const { config, log, database, databaseUrl } = app.cradle;
    const container = createDoctrailContainer({
      config,
      log,
      database,
      databaseUrl,
      stepSlices,
    });
    for (const name of Object.keys(container.registrations))
      expect(container.resolve(name)).toBeDefined();
  });
});

describe('a read model of documents', () => {
  it('says what becomes of its row when the document is erased', () => {
    const silent = app.cradle.slices
      .flatMap((slice) => slice.projections ?? [])
      .filter(({ idOf = documentOf }) => idOf(documentStream('x')) !== null)
      .filter(({ folds }) => !folds.some(({ event }) => event.type === DocumentErased.type));
    // Add dropWhenErased(), or keepWhenErased() where no word of the document is in it (shared/erased.ts).
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

describe('access', () => {
  it('is declared for every route, and for no route that is not there', async () => {
    const server = await everyRoute();
    expect(unusedEntries(server, accessTable)).toEqual([]);
    await server.close();
  });

  it(
    'is as declared: every route by every role, no session, an expired one, a revoked token',
    { timeout: 120_000 },
    async () => {
      const { accounts } = app.cradle;
      const server = await everyRoute();
      const tokens = Object.fromEntries(
        await Promise.all(roles.map(async (role) => [role, await app.token(role)] as const)),
      ) as Record<Role, string>;
      const expired = await accounts.createToken({
        name: 'old',
        role: 'admin',
        expiresAt: new Date(0),
      });
      const revoked = await accounts.createToken({ name: 'gone', role: 'admin' });
      const principal = await accounts.token(revoked);
      await accounts.revokeToken(principal?.id ?? '', {
        actor: 'system:test',
        reason: 'It leaked.',
      });
      const session = (await app.session()).split('=')[1] ?? '';
      const endedSession = (await app.session()).split('=')[1] ?? '';
      await accounts.signOut(endedSession);
      const credentials = credentialsOf({ tokens, expired, revoked, session, endedSession });
      // Signing out would end the session that is tried.
      const keys = [...server.routeKeys].filter((key) => key !== 'POST /sign-out');
      expect(await walkAccess(app.url, accessTable, keys, credentials)).toEqual([]);
      await server.close();
    },
  );
});

describe('the schema of every event', () => {
  it('can be compiled, which a start leaves to the first event', () => {
    const { definitions } = app.cradle.catalogue;
    expect(definitions.length).toBeGreaterThan(20);
    for (const { schema } of definitions) Compile(schema);
  });
});

describe('the schemas of every route', () => {
  it('can be compiled, which a start leaves to the first request', async () => {
    const validates = ajvCompiler()({}, { customOptions: { removeAdditional: false } });
    const stringifies = stringifyCompiler()({});
    const schemas: FastifySchema[] = [];
    const server = await everyRoute(({ schema }) => schema && schemas.push(schema));
    await server.close();
    expect(schemas.length).toBeGreaterThan(50);
    const bare = (given: unknown): object[] => {
      const { content } = given as { content?: Record<string, { schema: object }> };
      return content ? Object.values(content).map(({ schema }) => schema) : [given as object];
    };
    for (const { params, querystring, headers, body, response } of schemas) {
      const inputs = [params, querystring, headers, body].filter((given) => given !== undefined);
      for (const schema of inputs.flatMap(bare)) validates({ schema });
      for (const schema of Object.values(response ?? {}).flatMap(bare))
        stringifies({ schema, method: '', url: '', httpStatus: '' });
    }
  });
});

describe('a session', () => {
  it(
    'is of no use to a form of another site, whatever it asks for',
    { timeout: 120_000 },
    async () => {
      const cookie = await app.session();
      const server = await everyRoute();
      const headers = { cookie, accept: 'application/json', 'sec-fetch-site': 'cross-site' };
      const open: string[] = [];
      for (const key of server.routeKeys) {
        const [method = '', pattern = ''] = key.split(' ');
        if (method === 'GET') continue;
        const path = pattern.replaceAll(/:\w+/g, '0190a6c0-0000-7000-8000-000000000000');
        const answer = await fetch(`${app.url}${path}`, { method, headers, redirect: 'manual' });
        const { type = '' } = (await answer.json()) as { type?: string };
        if (type !== '/problems/cross-origin') open.push(`${key}: ${answer.status}`);
      }
      expect(open).toEqual([]);
      await server.close();
    },
  );
});

/** The routes of all slices, registered once more to be counted. */
function everyRoute(onRoute: (route: RouteOptions) => void = () => undefined) {
  const { runtime, accounts } = app.cradle;
  return buildServer({
    accessTable,
    authenticator: accounts,
    routes: runtime.slices.map((slice) => (routes) => {
      routes.addHook('onRoute', onRoute);
      return slice.routes?.(routes, runtime);
    }),
    logLevel: 'silent',
  });
}
