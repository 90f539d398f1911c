import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { grouped } from './grouped.ts';
import { newId } from './ids.ts';

/** A blob's content hash (SHA-256, lower-case hex) and its size. */
export interface BlobInfo {
  sha256: string;
  bytes: number;
}

/** Durable bytes that belong to no document yet. */
export interface StagedBlob extends BlobInfo {
  token: string;
}

/**
 * Immutable bytes, kept per document and named by what they contain. A port: the folder below can
 * be replaced by object storage. What `stage`, `keep` and `put` have returned from is durable.
 */
export interface BlobStore {
  /** Takes bytes in, before it is known whether they are accepted. */
  stage(content: Readable | Uint8Array): Promise<StagedBlob>;
  /** Gives staged bytes to a document. */
  keep(staged: StagedBlob, document: string): Promise<void>;
  discard(staged: StagedBlob): Promise<void>;
  /** Takes back what was kept for a document that was not received after all. */
  remove(document: string, sha256: string): Promise<void>;
  put(document: string, content: Uint8Array): Promise<BlobInfo>;
  /** Removes all bytes of a document, for good: from then on nothing can be kept for it. */
  erase(document: string): Promise<void>;
  read(document: string, sha256: string): Promise<Buffer>;
  stream(document: string, sha256: string): Promise<{ content: Readable; bytes: number }>;
  /** A path that a parser can open. */
  path(document: string, sha256: string): string;
  /** Removes what a process that died had staged. */
  sweep(): Promise<void>;
  /** Every document that something is kept for, in no order; erased ones are not among them. */
  documents(): Promise<string[]>;
  /** What is kept for a document, and since when. */
  kept(document: string): Promise<KeptBlob[]>;
}

/** A blob of a document as it is on the disk. */
export interface KeptBlob extends BlobInfo {
  keptAt: Date;
}

/** A blob that should be there is not, or does not contain what its name says. */
export class BlobDamaged extends Error {
  override readonly name: string = 'BlobDamaged';
}

/** The bytes of an erased document: there are none, and none are taken. */
export class BlobErased extends BlobDamaged {
  override readonly name = 'BlobErased';
}

/** Where a configuration keeps its blobs. */
export function blobFolder({ dataDir }: { dataDir: string }): string {
  return join(dataDir, 'blobs');
}

const WRITE_BUFFER_BYTES = 1 << 20;
const STAGED_FOR_MS = 24 * 3600 * 1000;

/** Blobs at `folder/{document}/{sha256}`: written to `folder/.incoming`, hashed on the way, fsynced, then renamed. In place of an erased document's folder stands an empty file. */
export function createFolderBlobStore(folder: string): BlobStore {
  const incoming = join(folder, '.incoming');
  const path = (document: string, sha256: string) => join(folder, document, sha256);
  /** One write to the disk for all documents that come at the same moment. */
  const syncAll = grouped<string>(() => syncFolder(folder));

  const store: BlobStore = {
    path,
    async stage(content) {
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      const token = newId();
      const hash = createHash('sha256');
      let bytes = 0;
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          bytes += chunk.length;
          done(null, chunk);
        },
      });
      const file = createWriteStream(join(incoming, token), {
        flush: true,
        highWaterMark: WRITE_BUFFER_BYTES,
      });
      try {
        await pipeline(content instanceof Uint8Array ? [content] : content, meter, file);
      } catch (error) {
        await rm(join(incoming, token), { force: true });
        throw error;
      }
      return { token, sha256: hash.digest('hex'), bytes };
    },
    async keep({ token, sha256 }, document) {
      const home = join(folder, document);
      const created = await mkdir(home, { recursive: true, mode: 0o700 }).catch(erased);
      await rename(join(incoming, token), path(document, sha256));
      await Promise.all([syncFolder(home), ...(created ? [syncAll(document)] : [])]);
    },
    discard: ({ token }) => rm(join(incoming, token), { force: true }),
    async remove(document, sha256) {
      await rm(path(document, sha256), { force: true });
      // A folder with anything else in it stays.
      await rmdir(join(folder, document)).catch(() => undefined);
    },
    async put(document, content) {
      const staged = await store.stage(content);
      try {
        await store.keep(staged, document);
      } catch (error) {
        await store.discard(staged);
        throw error;
      }
      return staged;
    },
    async erase(document) {
      const home = join(folder, document);
      while (!(await isTombstone(home))) {
        await rm(home, { recursive: true, force: true, maxRetries: 3 });
        // Somebody may put something there meanwhile.
        await writeFile(home, '', { flag: 'wx', mode: 0o600, flush: true }).catch(exists);
      }
      await syncFolder(folder);
    },
    async read(document, sha256) {
      const content = await readFile(path(document, sha256)).catch(missing);
      if (createHash('sha256').update(content).digest('hex') !== sha256) {
        throw new BlobDamaged(`Blob ${sha256} was altered: restore it from a backup.`);
      }
      return content;
    },
    async stream(document, sha256) {
      const { size } = await stat(path(document, sha256)).catch(missing);
      return { content: createReadStream(path(document, sha256)), bytes: size };
    },
    async sweep() {
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      for (const name of await readdir(incoming)) {
        // Another process may have moved or swept it since it was listed.
        const found = await stat(join(incoming, name)).catch(absent);
        if (found && Date.now() - found.mtimeMs > STAGED_FOR_MS)
          await rm(join(incoming, name), { force: true });
      }
    },
    async documents() {
      const entries = await readdir(folder, { withFileTypes: true });
      const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
      return folders.filter((name) => name !== '.incoming');
    },
    async kept(document) {
      const names = await readdir(join(folder, document));
      return Promise.all(
        names.map(async (sha256) => {
          const { size, mtime } = await stat(path(document, sha256));
          return { sha256, bytes: size, keptAt: mtime };
        }),
      );
    },
  };
  return store;
}

/** A rename is durable only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isTombstone(home: string): Promise<boolean> {
  const found = await stat(home).catch(() => null);
  return found?.isFile() ?? false;
}

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

function exists(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

function erased(cause: unknown): never {
  if (codeOf(cause) !== 'EEXIST') throw cause;
  throw new BlobErased('The document was erased: nothing can be kept for it.', { cause });
}

function missing(cause: unknown): never {
  if (codeOf(cause) === 'ENOTDIR')
    throw new BlobErased('The document was erased, and with it its files.', { cause });
  throw new BlobDamaged('A blob is missing from the blob folder: restore it from a backup.', {
    cause,
  });
}

function absent(error: unknown): null {
  if (codeOf(error) !== 'ENOENT') throw error;
  return null;
}
