import { Compile } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessTable } from '../slices/access.ts';
import { formOf, startTestApp, type TestApp } from './app.ts';

type Json = Record<string, unknown>;

interface Operation {
  summary?: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { $ref?: string; description?: string; content?: Json }>;
}

interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, Json>; responses: Record<string, Json> };
  security: Record<string, string[]>[];
}

let app: TestApp;
let document: OpenApi;
/** A completed document and one that failed. */
let completed: string;
let failed: string;

beforeAll(async () => {
  app = await startTestApp();
  document = (await (await app.ask('/openapi.json', { as: 'viewer' })).json()) as OpenApi;
  const invoice =
    'INVOICE\n\nInvoice number: 2026-0417\nDate: 2026-04-17\nTotal: 119.00 EUR\nIBAN: DE89 3704 0044 0532 0130 00\n';
  const [good, bad] = await app.upload(
    { name: 'invoice.txt', content: invoice },
    { name: 'broken.pdf', content: '%PDF-1.7 and nothing else' },
  );
  [completed, failed] = [good?.id ?? '', bad?.id ?? ''];
  await app.untilStatus(completed, 'completed');
  await app.untilStatus(failed, 'failed');
}, 60_000);
afterAll(() => app.stop());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

function operationOf(method: string, path: string): Operation {
  const operation = document.paths[path]?.[method];
  if (!operation) throw new Error(`${method} ${path} is not described.`);
  return operation;
}

/** What a pointer inside the document points at. */
function resolve(reference: string): unknown {
  return reference
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((node, key) => (node as Json | undefined)?.[key], document);
}

/** Every value below a node that is an object. */
function* objectsIn(node: unknown): Generator<Json> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield node as Json;
  for (const value of Object.values(node)) yield* objectsIn(value);
}

describe('/openapi.json', () => {
  it('is OpenAPI 3.1, sound in itself', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Doctrail', version: expect.any(String) });
    expect(document.components.securitySchemes).toMatchObject({
      token: { type: 'http', scheme: 'bearer' },
    });
    for (const node of objectsIn(document)) {
      if (typeof node['$ref'] === 'string') expect(resolve(node['$ref'])).toBeDefined();
      // Gone since 3.1, which has the types of JSON Schema.
      if ('type' in node) expect(node).not.toHaveProperty('nullable');
    }
    for (const { security = [] } of [document, ...operations().map((each) => each.operation)])
      for (const scheme of security.flatMap((each) => Object.keys(each)))
        expect(document.components.securitySchemes).toHaveProperty(scheme);
  });

  it('names what every operation takes, and how it answers and fails', () => {
    const methods = ['get', 'put', 'post', 'delete', 'patch'];
    for (const { path, method, operation } of operations()) {
      expect(path).toMatch(/^\//);
      expect(methods).toContain(method);
      expect(operation.summary).toBeTruthy();
      const { parameters = [], responses } = operation;
      const inPath = parameters.filter((each) => each.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
      expect(new Set(parameters.map((each) => `${each.in} ${each.name}`)).size).toBe(
        parameters.length,
      );
      expect(Object.keys(responses).some((code) => code.startsWith('2'))).toBe(true);
      for (const [code, response] of Object.entries(responses)) {
        expect(code).toMatch(/^([1-5](\d\d|XX)|default)$/);
        expect(response.$ref ?? response.description).toBeTruthy();
      }
      expect(responses['default']?.$ref).toBe('#/components/responses/Problem');
      if (path.includes('{')) expect(responses).toHaveProperty('404');
      if (operation.security === undefined) expect(responses).toHaveProperty('401');
    }
  });

  it('describes every route of the API, and no other', () => {
    const described = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const routes = Object.keys(accessTable)
      .filter((key) => / \/(api\/|livez$|readyz$|metrics$)/.test(key))
      .map((key) => key.replaceAll(/:(\w+)/g, '{$1}'));
    expect(described.toSorted()).toEqual(routes.toSorted());
    const open = operations().filter(({ operation }) => operation.security?.length === 0);
    expect(open.map(({ path }) => path).toSorted()).toEqual(['/livez', '/readyz']);
  });

  it('describes an upload: its parts, its key, its 202 and its refusals', () => {
    const { requestBody, parameters, responses } = operationOf('post', '/api/documents');
    const { schema } = requestBody?.content['multipart/form-data'] ?? {};
    expect(schema).toMatchObject({
      required: ['file'],
      properties: {
        file: { type: 'array', minItems: 1, maxItems: 100, items: { format: 'binary' } },
        source: { type: 'string' },
        label: { type: 'string' },
      },
    });
    expect(parameters).toMatchObject([{ name: 'Idempotency-Key', in: 'header', required: false }]);
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['202', '400', '401', '403', '413', '415', '422', '429', 'default']),
    );
  });
});

/** The schema by which an operation describes an answer. */
function schemaOf(operation: Operation, status: number, mediaType: string): Json {
  const named = operation.responses[String(status)] ?? operation.responses['default'];
  const response = (named?.$ref ? resolve(named.$ref) : named) as { content: Json };
  const media = (response.content[mediaType] ?? response.content['*/*']) as { schema: Json };
  expect(media, `${status} ${mediaType}`).toBeDefined();
  return media.schema;
}

async function expectAsDescribed(method: string, path: string, answer: Response): Promise<unknown> {
  const mediaType = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const schema = schemaOf(operationOf(method, path), answer.status, mediaType);
  const isJson = mediaType.endsWith('json');
  const body: unknown = isJson ? await answer.json() : await answer.text();
  const [fits, errors] = Compile(schema).Errors(body);
  expect(fits ? [] : errors).toEqual([]);
  // What is not described would be a secret of the answer.
  if (isJson && answer.ok) expect(unknownMembers(schema, body)).toEqual([]);
  return body;
}

/** Members of an object that its schema does not name. */
function unknownMembers(schema: Json, body: unknown): string[] {
  const properties = schema['properties'] as Json | undefined;
  if (!properties || typeof body !== 'object' || body === null) return [];
  return Object.keys(body).filter((key) => !(key in properties));
}

const statusOf = (body: unknown) => (body as { status: unknown }).status;

describe('answers', () => {
  it('of documents that completed and that failed are as described', async () => {
    const paths = Object.keys(document.paths).filter((path) =>
      path.startsWith('/api/documents/{id}'),
    );
    expect(paths.length).toBeGreaterThanOrEqual(6);
    for (const path of paths) {
      if (!document.paths[path]?.['get']) continue;
      for (const id of [completed, failed]) {
        const answer = await app.ask(path.replace('{id}', id), { as: 'viewer' });
        await expectAsDescribed('get', path, answer);
        if (id === completed) expect(answer.status).toBe(200);
      }
      const missing = await app.ask(path.replace('{id}', '0190a6c0-0000-7000-8000-000000000000'));
      expect(missing.status).toBe(404);
      await expectAsDescribed('get', path, missing);
    }
  });

  it('of the list are as described, page by page, and refusals too', async () => {
    const list = (query: string) => app.ask(`/api/documents${query}`, { as: 'viewer' });
    for (const query of ['', '?limit=1', '?status=failed', '?q=invoice'])
      await expectAsDescribed('get', '/api/documents', await list(query));
    for (const query of ['?limit=0', '?status=lost', '?cursor=x']) {
      const refusal = await list(query);
      expect(statusOf(await expectAsDescribed('get', '/api/documents', refusal))).toBe(400);
    }
  });

  it('of an upload are as described, taken or refused', async () => {
    const upload = (init: RequestInit & { as?: 'viewer' | 'uploader' | null }) =>
      app.ask('/api/documents', { method: 'POST', as: 'uploader', ...init });
    const file = { name: 'a.txt', content: 'A text.' };
    const headers = { 'Idempotency-Key': 'one' };
    const cases: [number, Parameters<typeof upload>[0]][] = [
      [202, { body: formOf([file], { source: 'test', label: 'a label' }), headers }],
      [422, { body: formOf([{ name: 'b.txt', content: 'Other.' }]), headers }],
      [400, { body: formOf([]) }],
      [400, { body: formOf([file]), headers: { 'Idempotency-Key': 'x'.repeat(256) } }],
      [415, { body: '{}', headers: { 'content-type': 'application/json' } }],
      [422, { body: formOf([file], { label: 'x'.repeat(201) }) }],
      [401, { body: formOf([file]), as: null }],
      [403, { body: formOf([file]), as: 'viewer' }],
    ];
    for (const [status, init] of cases) {
      const answer = await upload(init);
      await expectAsDescribed('post', '/api/documents', answer);
      expect(answer.status).toBe(status);
    }
  });

  it('of probes and figures are as described', async () => {
    for (const path of ['/livez', '/readyz', '/metrics'])
      await expectAsDescribed('get', path, await app.ask(path, { as: 'viewer' }));
  });
});
