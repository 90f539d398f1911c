import { LogController } from 'fastify';
import { stdSerializers } from 'pino';
import { withoutQuery } from '../query-error.ts';
import { maskSecrets } from './navigation.ts';
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
    err: (error: Error) => stdSerializers.err(withoutQuery(error)),
    req: ({ method, url, ip }: FastifyRequest) => ({
      method,
      url: maskSecrets(url),
      remoteAddress: ip,
    }),
  },
});

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
