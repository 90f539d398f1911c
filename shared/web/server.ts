import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import view from '@fastify/view';
import fastify from 'fastify';
import { installAccess } from './access.ts';
import { answerClientError, answerRouterError, installErrorHandling } from './error-handling.ts';
import { lazySchemas } from './lazy-schemas.ts';
import { loggerOptions, RequestLog } from './logging.ts';
import { installOpenApi } from './openapi.ts';
import { installPageContext, type PageFacts } from './page-context.ts';
import { installOrigin } from './origin.ts';
import { idleWithin, installReceiveDeadline } from './receive-deadline.ts';
import { installRefusals, type Refusal } from './refusals.ts';
import { installSecurityHeaders } from './security-headers.ts';
import { trackStreams } from './open-streams.ts';
import { installStreamGuard } from './stream-guard.ts';
import { installStreamLimit } from './stream-limit.ts';
import { installShutdown } from './shutdown.ts';
import { installStaticFiles } from './static-files.ts';
import { createTemplates } from './templates.ts';
import { installThrottle } from './throttle.ts';
import type { AccessTable } from './access.ts';
import type { Authenticator } from './principal.ts';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Environment } from 'nunjucks';

/** The server as routes see it: request types follow from their typebox schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A slice's routes. Hooks and decorators it adds stay inside it. */
export type Routes = (app: App) => void | Promise<void>;

export interface ServerOptions {
  readonly accessTable: AccessTable;
  readonly authenticator: Authenticator;
  readonly routes: readonly Routes[];
  /** Shared with whoever renders outside of requests; made here if left out. */
  readonly templates?: Environment;
  /** What the header of every page tells; read for each page that somebody signed in asks for. */
  readonly pageFacts?: () => Promise<PageFacts>;
  /** How people reach the server (PUBLIC_URL); null: as the request says. */
  readonly publicUrl?: string | null;
  /** Told of every request that was refused for who made it; must not throw. */
  readonly noteRefusal?: (refusal: Refusal) => void;
  /** Whose X-Forwarded headers are believed. */
  readonly trustProxy?: boolean | string[];
  /** Made with `loggerOptions()`, so that it keeps secrets; left out, the server makes one. */
  readonly logger?: FastifyBaseLogger;
  readonly logLevel?: string;
  /** Requests a minute of one principal, or one address where nobody signed in; beyond them 429. */
  readonly requestsPerMinute?: number;
  /** Live pages that one principal may have open at a time; beyond them 429. */
  readonly streamsPerUser?: number;
  /** Largest body in bytes, uploads apart: those set a limit of their own. */
  readonly bodyLimit?: number;
}

/** Level 5 packs a page as tightly as gzip's best and five times as fast as brotli's default. */
const brotliQuickly = { [constants.BROTLI_PARAM_QUALITY]: 5 };

/**
 * The web server with everything that no slice should have to think of: access, problems, headers,
 * templates, static files, OpenAPI, limits, orderly end. Ready to listen or to inject into.
 *
 * @throws Error when a route is registered that the access table does not name.
 */
export async function buildServer(options: ServerOptions): Promise<App> {
  const app = createInstance(options);
  const publicOrigin = options.publicUrl ? new URL(options.publicUrl).origin : undefined;
  // The order of hooks is the order of these lines: headers are set before anything can fail, the
  // body's clock runs before access is judged, and only what passed all of it reaches a route.
  await installSecurityHeaders(app, publicOrigin?.startsWith('https:') ?? false);
  await app.register(cookie);
  // Pages and static files; event streams write to the socket themselves.
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    brotliOptions: { params: brotliQuickly },
  });
  await app.register(view, {
    // @fastify/view would make an environment of its own, which nobody else could render with.
    engine: { nunjucks: { configure: () => options.templates ?? createTemplates() } },
  });
  const streams = trackStreams(app);
  installShutdown(app, streams);
  installReceiveDeadline(app);
  installOrigin(app);
  installRefusals(app, options.noteRefusal);
  const throttle = await installThrottle(app, options.requestsPerMinute ?? 60_000);
  const { accessTable: table, authenticator } = options;
  installAccess(app, { table, authenticator, publicOrigin, throttle });
  installStreamGuard(app, streams);
  installStreamLimit(app, options.streamsPerUser ?? 6_000);
  installErrorHandling(app);
  installPageContext(app, options.pageFacts);
  await installOpenApi(app, table);
  await installStaticFiles(app);
  for (const routes of options.routes) await app.register(async (slice) => routes(slice));
  await app.ready();
  return app;
}

function createInstance(options: ServerOptions): App {
  const app = fastify({
    ...(options.logger
      ? { loggerInstance: options.logger }
      : { logger: loggerOptions(options.logLevel ?? 'info') }),
    logController: new RequestLog(),
    genReqId: () => crypto.randomUUID(),
    trustProxy: options.trustProxy ?? false,
    bodyLimit: options.bodyLimit ?? 1_048_576,
    connectionTimeout: idleWithin,
    // Answered by shutdown.ts, as a problem document.
    return503OnClosing: false,
    // A misspelt field is refused with its name instead of being dropped.
    ajv: { customOptions: { removeAdditional: false } },
    schemaController: { compilersFactory: lazySchemas },
    frameworkErrors: answerRouterError,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  return app;
}
