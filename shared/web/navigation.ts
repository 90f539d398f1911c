import type { FastifyRequest } from 'fastify';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Whether a method only reads (RFC 9110, 9.2.1). */
export const isSafeMethod = (method: string): boolean => safeMethods.has(method);

/** The path that was asked for, without its query, and without the secret of a sign-in link. */
export const pathOf = (request: { readonly url: string }): string =>
  maskSecrets(request.url.split('?', 1)[0] ?? '/');

/** A one-time link is a credential: neither logs nor error documents repeat it. */
export const maskSecrets = (url: string): string => url.replace(/^(\/sign-in\/)[^/?#]+/, '$1…');

/** Whether an error should be a page for a person rather than a problem document. */
export function wantsPage(request: FastifyRequest): boolean {
  return !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html');
}

/**
 * Whether the browser itself is going to a page: only then can it be sent to the sign-in page.
 * A fragment or a stream fetched by htmx would otherwise show that page inside a table.
 */
export function isNavigation(request: FastifyRequest): boolean {
  return wantsPage(request) && request.headers['hx-request'] === undefined;
}

/**
 * A path of this server to return to, or undefined when the value leads anywhere else: another
 * origin (`//host`, `/\host`, `https:…`), the sign-in pages themselves, or something unreadable.
 */
export function safeReturnPath(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > 2_000) return undefined;
  const base = 'http://origin.invalid';
  if (!URL.canParse(value, base)) return undefined;
  const { origin, pathname, search, hash } = new URL(value, base);
  const path = `${pathname}${search}${hash}`;
  const leaves = origin !== base || path.startsWith('//');
  return leaves || /^\/sign-(in|out)(\/|$)/.test(pathname) ? undefined : path;
}

/** Where a person signs in, coming back to `path` afterwards. */
export function signInUrl(path: string): string {
  const target = safeReturnPath(path);
  return target === undefined || target === '/'
    ? '/sign-in'
    : `/sign-in?return=${encodeURIComponent(target)}`;
}
