import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf, wantsPage } from '../../../shared/web/navigation.ts';
import { problemOf } from '../../../shared/web/problem-mapping.ts';

/** A form that was refused, to be shown again as it was left. */
export interface Refused {
  /** Where the form is sent to. */
  form: string;
  says: string;
  /** What was typed, by field; secrets have to be typed again. */
  typed: Readonly<Record<string, string>>;
}

type Show = (request: FastifyRequest, reply: FastifyReply, refused: Refused) => unknown;
/** Fastify awaits it, although its types say that it does not. */
export type FormErrorHandler = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) => unknown;

const secrets: ReadonlySet<string> = new Set(['password', 'current', 'code']);
/** Of the problems with status 403: those of what was typed, and not of who asks. */
const wrong: ReadonlySet<string> = new Set(['wrong-password', 'wrong-code']);

/**
 * The error handler of a form's route: whoever looks at a page gets it again, with the form open, why
 * it was refused and what was typed. Everything else is answered as everywhere.
 */
export const showAgain = (show: Show): FormErrorHandler =>
  async function answer(error, request, reply) {
    const problem = problemOf(error);
    const isOfForm = problem && ([409, 422].includes(problem.status) || wrong.has(problem.slug));
    if (!isOfForm || !wantsPage(request)) throw error;
    const typed = Object.entries((request.body ?? {}) as Record<string, string>);
    reply.code(problem.status).header('cache-control', 'no-store');
    return show(request, reply, {
      form: pathOf(request),
      says: problem.detail,
      typed: Object.fromEntries(typed.filter(([name]) => !secrets.has(name))),
    });
  };
