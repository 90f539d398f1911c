import { STATUS_CODES } from 'node:http';

/** The media type of every error that leaves as JSON (RFC 9457). */
export const problemMediaType = 'application/problem+json';

/** What a problem looks like on the wire; extension members may follow. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly [extension: string]: unknown;
}

interface ProblemOptions {
  /** Further members of the document (`documentId`, `errors`, …): plain data, safe to show. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly title?: string;
  readonly cause?: unknown;
}

/**
 * An error that is an answer: throw it anywhere in a handler and it leaves as a problem document,
 * or as the error page where a person navigates.
 *
 * - `slug`: stable, kebab-case; clients recognise the error by `type: /problems/<slug>`.
 * - `detail`: one or two sentences for the reader that say what to do; never internals.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly slug: string;
  readonly title: string;
  readonly detail: string;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, slug: string, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.slug = slug;
    this.title = options.title ?? STATUS_CODES[status] ?? 'Error';
    this.detail = detail;
    this.extra = options.extra ?? {};
    this.headers = options.headers ?? {};
  }

  /** `instance`: the path that was asked for, without its query. */
  toDocument(instance: string): ProblemDocument {
    return {
      ...this.extra,
      type: `/problems/${this.slug}`,
      title: this.title,
      status: this.status,
      detail: this.detail,
      instance,
    };
  }
}

/** 400: the request itself is malformed. */
export const badRequest = (detail: string, options?: ProblemOptions): Problem =>
  new Problem(400, 'bad-request', detail, options);

/** 401 of the API: no credential, or one that is wrong, expired or revoked. */
export const unauthorized = (detail: string): Problem =>
  new Problem(401, 'unauthorized', detail, { headers: { 'www-authenticate': 'Bearer' } });

/** 403: known, but not allowed. */
export const forbidden = (detail: string, slug = 'forbidden'): Problem =>
  new Problem(403, slug, detail);

/** 404, also for what exists but is not the asker's to know about. */
export const notFound = (detail: string): Problem => new Problem(404, 'not-found', detail);

/** 409: no longer applicable in the present state. */
export const conflict = (detail: string, options?: ProblemOptions): Problem =>
  new Problem(409, 'conflict', detail, options);

/** 410: it was here, and was used up. */
export const gone = (detail: string, slug: string, options?: ProblemOptions): Problem =>
  new Problem(410, slug, detail, options);

/** 422: understood, but the content cannot be accepted. */
export const unprocessable = (detail: string, options?: ProblemOptions): Problem =>
  new Problem(422, 'unprocessable', detail, { title: 'Unprocessable Content', ...options });

/** 429; `retryAfter` in whole seconds. */
export const tooManyRequests = (detail: string, retryAfter: number): Problem =>
  new Problem(429, 'too-many-requests', detail, { headers: { 'retry-after': `${retryAfter}` } });

/** 503; `retryAfter` in whole seconds. */
export const unavailable = (detail: string, retryAfter: number, cause?: unknown): Problem =>
  new Problem(503, 'unavailable', detail, { cause, headers: { 'retry-after': `${retryAfter}` } });
