import type { Readable } from 'node:stream';
import swagger from '@fastify/swagger';
import { Type } from 'typebox';
import { problemMediaType } from './problem.ts';
import type { AccessTable } from './access.ts';
import type { FastifyInstance, FastifySchema } from 'fastify';

const problemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri-reference', description: 'Stable: tells errors apart.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What happened, and what to do.' }),
    instance: Type.String({ format: 'uri-reference' }),
  },
  { description: 'Any error (RFC 9457)' },
);

/** The type of an answer that is streamed and no JSON; the route names its media type in `produces`. */
export const bytes = (description: string) =>
  Type.Unsafe<Readable>({ type: 'string', format: 'binary', description });

/** The same for a few lines of text. */
export const plainText = (description: string) =>
  Type.Unsafe<string>({ type: 'string', description });

/** Beside /api/: what machines ask for. Pages and streams of HTML are no interface. */
const published = /^\/(api\/|livez$|readyz$|metrics$)/;

/**
 * Answers `GET /openapi.json` with what the schemas of the registered routes say, and the access
 * table about who may call them. Register it before the routes.
 */
export async function installOpenApi(app: FastifyInstance, table: AccessTable): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Doctrail',
        description: 'Hand over documents, and ask what became of them.',
        version: '1',
      },
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API token, made by "npm run -s token".',
          },
        },
        responses: {
          Problem: {
            description: 'Any error (RFC 9457)',
            content: { [problemMediaType]: { schema: problemSchema } },
          },
        },
      },
      security: [{ token: [] }],
    },
    transform: ({ schema, url, route }) => ({
      schema: describe(schema ?? {}, url, table[`${[route.method].flat()[0]} ${url}`]),
      url,
    }),
    transformObject(document) {
      if (!('openapiObject' in document)) return document.swaggerObject;
      const { openapiObject } = document;
      // Nothing here describes a path by more than its operations.
      for (const path of Object.values(openapiObject.paths ?? {}))
        for (const operation of Object.values(path ?? {})) describeErrors(operation as Operation);
      return openapiObject;
    },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

/** The schema of one route as it is published: what it is for, and who may call it. */
function describe(
  schema: FastifySchema,
  url: string,
  access: AccessTable[string] | undefined,
): FastifySchema {
  if (!published.test(url)) return { ...schema, hide: true };
  const open = access === 'open';
  return {
    ...schema,
    ...(open && { security: [] }),
    description: [schema.description, open ? 'Open to everybody.' : `Roles: ${access?.join(', ')}.`]
      .filter((sentence) => sentence !== undefined)
      .join(' '),
  };
}

interface Operation {
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly in?: string }[];
  readonly requestBody?: unknown;
  readonly responses: Record<string, unknown>;
}

/** Which errors an operation can answer with follows from what it takes and who may call it. */
function describeErrors({ security, parameters = [], requestBody, responses }: Operation): void {
  const takes = (place: string) => parameters.some((parameter) => parameter.in === place);
  const codes = [
    ...(takes('query') || takes('header') ? ['400'] : []),
    ...(security?.length === 0 ? [] : ['401', '403']),
    ...(takes('path') ? ['404'] : []),
    ...(requestBody ? ['400', '413', '415', '422'] : []),
    '429',
    'default',
  ];
  for (const code of codes) responses[code] ??= { $ref: '#/components/responses/Problem' };
}
