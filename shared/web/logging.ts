import { LogController } from 'fastify';
import { withoutQuery } from '../query-error.ts';
import { pathOf } from './navigation.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';

const secrets = ['authorization', 'cookie', '["set-cookie"]', 'password', 'secret', 'token'];

/** Each secret at the top of a log record, and one and two levels down (`req.headers.cookie`). */
const redacted = secrets.flatMap((name) => {
  const member = name.startsWith('[') ? name : `.${name}`;
  return [member.replace(/^\./, ''), `*${member}`, `*.*${member}`];
});

/** For `pino()`: JSON lines at `level` and above, without secrets and without request headers. */
export const loggerOptions = (level: string) => ({
  level,
  redact: { paths: redacted, censor: '[redacted]' },
  serializers: {
    err: told,
    // Without the query, which holds what somebody searches for, and codes of sign-ins.
    req: (request: FastifyRequest) => ({
      method: request.method,
      url: pathOf(request),
      remoteAddress: request.ip,
    }),
  },
});

interface Told {
  type: string;
  message: string;
  stack: string;
  [member: string]: unknown;
}

/**
 * What the log tells of an error: these members and no others: PostgreSQL's `detail`, for one, repeats the row that it refused, and
 * what others carry nobody knows beforehand.
 */
function told(error: unknown): Told {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: '' };
  const known = withoutQuery(error);
  const { name, message, stack = '', cause } = known;
  return {
    type: name,
    message,
    stack,
    ...('code' in known ? { code: known.code } : {}),
    ...(cause instanceof Error ? { cause: told(cause) } : {}),
    ...(known instanceof AggregateError ? { errors: known.errors.map(told) } : {}),
  };
}

/** One line a request, when it is done; none for the probes and files that nobody looks for. */
export class RequestLog extends LogController {
  override incomingRequest(): void {
    // The completion line says the same, with the outcome.
  }

  override requestCompleted(
    error: Error | null,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    if (!error && reply.statusCode < 400 && isQuiet(request.url)) return;
    const { statusCode, elapsedTime } = reply;
    request.log.info({ req: request, err: error, statusCode, elapsedTime }, 'request');
  }
}

const isQuiet = (url: string): boolean => /^\/(livez|readyz|metrics|public\/|vendor\/)/.test(url);
