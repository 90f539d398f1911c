import { STATUS_CODES } from 'node:http';
import { pathOf, safeReturnPath, wantsPage } from './navigation.ts';
import { badRequest, notFound, Problem, problemMediaType } from './problem.ts';
import { problemOf } from './problem-mapping.ts';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Headers that described the answer which the error replaces. */
const replaced = ['content-disposition', 'etag', 'last-modified', 'accept-ranges', 'content-range'];

/**
 * Makes every error of the app leave as `application/problem+json`, or as the page `views/error.njk`
 * where a person looks at it. Must run before routes are registered.
 */
export function installErrorHandling(app: FastifyInstance): void {
  const patterns = new Map<string, { pattern: URLPattern; methods: Set<string> }>();
  app.addHook('onRoute', ({ method, url }) => {
    const known = patterns.get(url) ?? {
      pattern: new URLPattern({ pathname: url }),
      methods: new Set(),
    };
    for (const name of [method].flat()) known.methods.add(name);
    patterns.set(url, known);
  });
  const whyNotFound = (request: FastifyRequest): Problem => {
    const pathname = request.url.split('?', 1)[0] ?? '/';
    const methods = patterns
      .values()
      .filter(({ pattern }) => pattern.test({ pathname }))
      .flatMap((route) => route.methods)
      .toArray();
    return methods.length === 0 ? nothingHere : methodNotAllowed(request.method, methods);
  };
  app.addHook('onRequest', async (request) => {
    if (request.is404) throw whyNotFound(request);
    // PostgreSQL stores no U+0000, so no identifier and no search can hold one.
    if (request.url.includes('%00')) throw badRequest('The address holds %00. Leave it out.');
  });
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  // Reached by plugins that look for something themselves, such as static files.
  app.setNotFoundHandler((request, reply) => answerError(nothingHere, request, reply));
}

const nothingHere = notFound('Nothing is here. Check the address, or start from the board.');

function methodNotAllowed(method: string, allowed: readonly string[]): Problem {
  const allow = [...new Set(allowed)].toSorted().join(', ');
  return new Problem(405, 'method-not-allowed', `${method} does not work here; ${allow} does.`, {
    headers: { allow },
  });
}

/** Answers with whatever the error means; an unexpected one is logged and hides its inside. */
async function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const problem = problemOf(error) ?? unexpected(request);
  if (problem.status >= 500) request.log.error({ err: error }, problem.title);
  else request.log.debug({ err: error }, problem.title);
  for (const name of replaced) reply.removeHeader(name);
  reply.code(problem.status).headers({ 'cache-control': 'no-store', ...problem.headers });
  const page = wantsPage(request) ? await errorPage(problem, request, reply) : undefined;
  if (page !== undefined) return reply.type('text/html; charset=utf-8').send(page);
  return reply.type(problemMediaType).send(bytesOf(problem, request));
}

const unexpected = ({ id }: FastifyRequest): Problem =>
  new Problem(
    500,
    'unexpected',
    `Something went wrong on the server. Try again; if it happens again, tell an administrator the request number ${id}.`,
    { extra: { requestId: id } },
  );

/** The page, or undefined when even that cannot be rendered: then the problem document has to do. */
async function errorPage(
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string | undefined> {
  const template = problem === nothingHere ? 'views/not-found.njk' : 'views/error.njk';
  try {
    return await reply.viewAsync(template, {
      ...(await request.pageContext()),
      title: problem.title,
      problem,
      back: formPage(request),
    });
  } catch (error) {
    request.log.error({ err: error }, 'The error page cannot be rendered');
    return undefined;
  }
}

/** The page that a form was sent from, as its field `back` says; null without one. */
function formPage({ body }: FastifyRequest): string | null {
  const { back } = (body ?? {}) as { back?: unknown };
  return safeReturnPath(back) ?? null;
}

/** Errors of the router itself, raised before there is a route (and so before any hook). */
export function answerRouterError(
  error: FastifyError,
  request: Pick<FastifyRequest, 'url'>,
  reply: FastifyReply,
): void {
  const problem = problemOf(error) ?? badRequest('The request cannot be read.');
  reply.code(problem.status);
  reply.header('content-type', problemMediaType).header('cache-control', 'no-store');
  reply.send(bytesOf(problem, request));
}

/** Bytes, because Fastify adds a charset to text, which this media type has not. */
const bytesOf = (problem: Problem, request: Pick<FastifyRequest, 'url'>): Buffer =>
  Buffer.from(JSON.stringify(problem.toDocument(pathOf(request))));

/** Bytes that are no HTTP request, headers that are too large or too slow: answered on the socket. */
export function answerClientError(error: { readonly code: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = clientErrors[error.code] ?? badRequest('The request is not valid HTTP.');
  const body = JSON.stringify(problem.toDocument('/'));
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nConnection: close\r\nContent-Type: ${problemMediaType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}

const clientErrors: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(
    408,
    'request-timeout',
    'The request arrived too slowly. Send it again.',
  ),
  HPE_HEADER_OVERFLOW: new Problem(
    431,
    'headers-too-large',
    'The headers are too large. Delete the cookies of this server and try again.',
  ),
};
