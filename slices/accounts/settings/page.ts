import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../../../shared/web/problem.ts';
import { LONGEST } from '../password/rules.ts';
import { sessionOf } from '../session/cookie.ts';
import type { Refused } from './refused.ts';

export const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' });
export const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' });
/** Empty: none. */
export const Email = Type.String({ maxLength: 254, pattern: '^\\s*([^\\s@]+@[^\\s@]+)?\\s*$' });
export const Id = Type.String({ format: 'uuid' });
/** Where the form stands, for the page that tells why it was refused. */
export const Back = Type.Optional(Type.String({ maxLength: 500 }));

/** A password, or what may be one. */
export const Secret = Type.String({ maxLength: 10 * LONGEST });

/** @throws Problem 404 for a program, which has no account of its own */
export function personBehind(request: FastifyRequest): { id: string; session: string } {
  const session = sessionOf(request);
  if (request.principal.kind === 'session' && session !== undefined)
    return { id: request.principal.id, session };
  throw notFound('An API token has no account. Sign in with a browser to see one.');
}

/** What a form says of a person. */
export const personOf = ({ name, email }: { name: string; email: string }) => ({
  name: name.trim(),
  email: email.trim() || null,
});

/** The tabs of the settings, for those who may open them. */
export function tabsFor({ principal }: Pick<FastifyRequest, 'principal'>) {
  const own = [{ slug: 'account', href: '/settings', name: 'Account' }];
  if (principal.role !== 'admin') return own;
  return [
    ...own,
    { slug: 'users', href: '/settings/users', name: 'Users' },
    { slug: 'tokens', href: '/settings/tokens', name: 'API tokens' },
    { slug: 'audit', href: '/settings/audit', name: 'Audit' },
  ];
}

/** Shows a page of the settings, which no cache keeps; `refused`: a form of it, to be shown as it was left. */
export function showSettings(
  request: FastifyRequest,
  reply: FastifyReply,
  page: { template: string; title: string; tab: string; shown: object; refused?: Refused | null },
): FastifyReply {
  const { template, title, tab, shown, refused = null } = page;
  return reply.view(`slices/accounts/${template}.njk`, {
    active: 'settings',
    title,
    tab,
    tabs: tabsFor(request),
    shown,
    refused,
  });
}
