import type { FastifyRequest } from 'fastify';
import { badRequest, Problem, unprocessable } from '../../shared/web/problem.ts';
import type { Receiver, StagedFile } from './command.ts';

/** What a request's multipart body held, its files staged. */
export interface ReadUpload {
  files: StagedFile[];
  source: string | null;
  label: string | null;
}

const LONGEST_FIELD = 200;
const LONGEST_NAME = 255;

/**
 * Reads a multipart body, streaming each part `file` to the disk. Whatever is wrong with it, nothing
 * of it stays.
 * @throws Problem 4xx
 */
export async function readUpload(
  request: FastifyRequest,
  receiver: Receiver,
  limits: { maxFileBytes: number; maxFiles: number },
): Promise<ReadUpload> {
  const files: StagedFile[] = [];
  const fields = new Map<string, string>();
  try {
    const parts = request.parts({
      limits: {
        fileSize: limits.maxFileBytes,
        files: limits.maxFiles,
        fields: 10,
        fieldSize: 10_000,
      },
    });
    for await (const part of parts) {
      if (part.type === 'field') {
        fields.set(part.fieldname, String(part.value));
        continue;
      }
      if (part.fieldname !== 'file') {
        part.file.resume();
        throw badRequest(
          `The part "${part.fieldname}" is a file, but files are expected in parts named "file".`,
        );
      }
      const staged = await receiver.stage(part.file);
      const file = {
        ...staged,
        fileName: baseName(part.filename),
        claimedMediaType: part.mimetype,
      };
      files.push(file);
      if (part.file.truncated) throw tooLarge(file.fileName, limits.maxFileBytes);
      if (file.bytes === 0) {
        throw unprocessable(`"${file.fileName}" is empty. Send it again when it has content.`);
      }
    }
    if (files.length === 0) {
      throw badRequest(
        'There is no file in the request. Send one to 100 parts named "file", each with a file name.',
      );
    }
    return { files, source: shortText(fields, 'source'), label: shortText(fields, 'label') };
  } catch (error) {
    await receiver.discard(files);
    throw error;
  }
}

/** The name without folders and control characters, whatever system it comes from. */
export function baseName(name: string | undefined): string {
  const last = (name ?? '').split(/[\\/]/).at(-1) ?? '';
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what has to go
  const clean = last
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
  if (clean === '' || clean === '.' || clean === '..') return 'unnamed';
  return clean.length <= LONGEST_NAME ? clean : shortened(clean);
}

/** A long name keeps its beginning and its extension. */
function shortened(name: string): string {
  const extension = /\.[^.]{1,10}$/.exec(name)?.[0] ?? '';
  return `${name.slice(0, LONGEST_NAME - 1 - extension.length)}…${extension}`;
}

function shortText(fields: ReadonlyMap<string, string>, name: string): string | null {
  const text = fields.get(name)?.trim() ?? '';
  if (text.length > LONGEST_FIELD) {
    throw unprocessable(
      `The part "${name}" may have ${LONGEST_FIELD} characters; this one has ${text.length}.`,
    );
  }
  return text === '' ? null : text;
}

function tooLarge(fileName: string, limit: number): Problem {
  return new Problem(
    413,
    'content-too-large',
    `"${fileName}" is larger than ${limit.toLocaleString('en')} bytes, the most this server takes (MAX_FILE_BYTES). Nothing of this request was stored.`,
  );
}
