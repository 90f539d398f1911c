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
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: ({ schema, url, route }) => ({
      schema: describe(schema ?? {}, url, table[`${[route.method].flat()[0]} ${url}`]),
      url,
    }),
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

/** The schema of one route as it is published: who may call it, and how it fails. */
function describe(
  schema: FastifySchema,
  url: string,
  access: AccessTable[string] | undefined,
): FastifySchema {
  if (!published.test(url)) return { ...schema, hide: true };
  const response: Record<string, unknown> =
    typeof schema.response === 'object' && schema.response !== null ? { ...schema.response } : {};
  const open = access === 'open';
  return {
    ...schema,
    ...(open && { security: [] }),
    description: [schema.description, open ? 'Open to everybody.' : `Roles: ${access?.join(', ')}.`]
      .filter((sentence) => sentence !== undefined)
      .join(' '),
    response: {
      ...response,
      default: {
        description: 'Any error (RFC 9457)',
        content: { [problemMediaType]: { schema: problemSchema } },
      },
    },
  };
}
