import { STATUS_CODES } from 'node:http';
import { BlobDamaged } from '../blobs.ts';
import { isOutage } from '../outage.ts';
import { hasCode } from '../query-error.ts';
import { badRequest, notFound, Problem, unavailable, unprocessable } from './problem.ts';
import type { FastifySchemaValidationError } from 'fastify';

/** The part of a Fastify error that decides what to answer. */
interface ErrorLike {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly validation?: readonly FastifySchemaValidationError[];
  readonly validationContext?: string;
}

/** Seconds after which a client may try again while something is away. */
const outageRetryAfter = 5;

const tooLarge = (detail: string): Problem => new Problem(413, 'content-too-large', detail);

const badMultipart = badRequest(
  'The multipart body is malformed or was cut off. Send it again, complete, with its boundary in Content-Type.',
);

/** Errors of Fastify and its plugins, by code, in words that say what to do. */
const byCode: Readonly<Record<string, Problem>> = {
  FST_ERR_BAD_URL: badRequest('The address is not a valid URL. Percent-encode it and try again.'),
  FST_ERR_MAX_PARAM_LENGTH: notFound('Nothing is here: a part of the address is too long.'),
  FST_ERR_ASYNC_CONSTRAINT: badRequest('A request header is not valid.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new Problem(
    415,
    'unsupported-media-type',
    'This address does not read that Content-Type. See /openapi.json for the one it expects.',
  ),
  FST_ERR_CTP_EMPTY_JSON_BODY: badRequest(
    'The body is empty, but Content-Type says JSON. Send a JSON body, or leave Content-Type out.',
  ),
  FST_ERR_CTP_INVALID_JSON_BODY: badRequest(
    'The body is not valid JSON. Correct it and try again.',
  ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: badRequest(
    'The body is not as long as Content-Length says. Send it again, complete.',
  ),
  FST_ERR_CTP_BODY_TOO_LARGE: tooLarge('The body is larger than this address accepts. Send less.'),
  FST_REQ_FILE_TOO_LARGE: tooLarge(
    'A file is larger than MAX_FILE_BYTES allows. Send a smaller one.',
  ),
  FST_FILES_LIMIT: tooLarge('There are too many files in one request. Send them in several.'),
  FST_PARTS_LIMIT: tooLarge('There are too many parts in one request. Send them in several.'),
  FST_FIELDS_LIMIT: tooLarge('There are too many form fields in one request. Send fewer.'),
  FST_PROTO_VIOLATION: badRequest('A form field has a reserved name. Rename it and try again.'),
  FST_INVALID_MULTIPART_CONTENT_TYPE: new Problem(
    415,
    'unsupported-media-type',
    'This address expects multipart/form-data with one or more parts named "file".',
  ),
  FST_INVALID_JSON_FIELD_ERROR: badRequest('A form field is declared as JSON, but is not.'),
  FST_MP_PREMATURE_CLOSE: badMultipart,
  ERR_STREAM_PREMATURE_CLOSE: badMultipart,
  FST_ERR_HANDLER_TIMEOUT: unavailable('This took too long. Try again in a moment.', 10),
};

const fileDamaged = new Problem(
  500,
  'blob-damaged',
  'A file of this document is missing from the disk or was altered. An administrator has to restore it from a backup.',
);

const diskFull = new Problem(
  507,
  'insufficient-storage',
  'The server has no room left on its disk. Nothing was stored; an administrator has to free some.',
);

/**
 * What to answer for any error whatsoever. `undefined` means unexpected: log it and answer with a
 * 500 that says nothing about the inside.
 */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const like: ErrorLike = typeof error === 'object' && error !== null ? error : {};
  if (error instanceof BlobDamaged) return fileDamaged;
  if (isFull(error)) return diskFull;
  if (isOutage(error)) {
    const detail = 'The database cannot be reached now. Nothing was stored; try again.';
    return unavailable(detail, outageRetryAfter, error);
  }
  if (like.validation) return invalid(like.validation, like.validationContext);
  if (isUnreadableText(error)) {
    return badRequest('The request holds a value that cannot be stored as text, such as U+0000.');
  }
  if (isCutOffMultipart(error)) return badMultipart;
  return (typeof like.code === 'string' ? byCode[like.code] : undefined) ?? byStatus(error, like);
}

/**
 * A request that its schema refuses: an unknown path parameter is 404 (nothing can be there), a body
 * whose content is wrong 422, the rest 400.
 */
function invalid(validation: readonly FastifySchemaValidationError[], context = 'body'): Problem {
  if (context === 'params')
    return notFound('Nothing is here. Check the identifier in the address.');
  const errors = validation.map(({ instancePath, message }) => ({
    pointer: `#${instancePath}`,
    detail: message ?? 'is not valid',
  }));
  const first = validation[0];
  const detail = `The ${context} is not valid: ${first?.instancePath || context} ${first?.message ?? 'is wrong'}${allowedBy(first)}. Correct it and try again.`;
  return context === 'body'
    ? unprocessable(detail, { extra: { errors } })
    : badRequest(detail, { extra: { errors } });
}

/** `: one, other` where a schema lists what it takes. */
function allowedBy(error: FastifySchemaValidationError | undefined): string {
  const allowed = error?.params['allowedValues'];
  return Array.isArray(allowed) ? `: ${allowed.filter(Boolean).join(', ')}` : '';
}

/** PostgreSQL refuses U+0000 and broken encodings in text (22021, 22P05). */
const isUnreadableText = (error: unknown): boolean => hasCode(error, ['22021', '22P05']);

/** The file system is full or over its quota, or PostgreSQL says so (53100). */
const isFull = (error: unknown): boolean => hasCode(error, ['ENOSPC', 'EDQUOT', '53100']);

/** The multipart parser throws plain errors, which only their sentences tell apart. */
const isCutOffMultipart = (error: unknown): boolean =>
  error instanceof Error && /unexpected end of multipart data|^Multipart: /i.test(error.message);

/** A plugin's client error that has no entry above: its own sentence was written for the client. */
function byStatus(error: unknown, { statusCode }: ErrorLike): Problem | undefined {
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  const detail = error instanceof Error ? error.message : 'The request cannot be answered.';
  const slug = (STATUS_CODES[statusCode] ?? `http ${statusCode}`)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return new Problem(statusCode, slug, detail);
}
