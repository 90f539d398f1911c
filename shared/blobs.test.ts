import { mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../tests/database.ts';
import { claimBlobFolder } from './blob-marker.ts';
import { BlobDamaged, BlobErased, createFolderBlobStore, type BlobStore } from './blobs.ts';

let folder: string;
let blobs: BlobStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctrail-blobs-'));
  blobs = createFolderBlobStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

describe('blobs', () => {
  it('are named by their content and read back as they were', async () => {
    const stored = await blobs.put('doc', Buffer.from('hello'));
    expect(stored).toMatchObject({ sha256: hashOf('hello'), bytes: 5 });
    expect(await readFile(blobs.path('doc', stored.sha256), 'utf8')).toBe('hello');
    expect(String(await blobs.read('doc', stored.sha256))).toBe('hello');
  });

  it('are erased for good: nothing is read, and nothing is kept any more', async () => {
    const { sha256 } = await blobs.put('doc', Buffer.from('hello'));
    await blobs.erase('doc');
    await blobs.erase('doc');
    await expect(blobs.read('doc', sha256)).rejects.toThrow(BlobErased);
    await expect(blobs.stream('doc', sha256)).rejects.toThrow(BlobErased);
    await expect(blobs.put('doc', Buffer.from('again'))).rejects.toThrow(BlobErased);
    expect(await readdir(join(folder, '.incoming'))).toEqual([]);
    expect(await readFile(join(folder, 'doc'), 'utf8')).toBe('');
  });

  it('are erased although somebody keeps more at the same moment', async () => {
    const keeping = Array.from({ length: 20 }, (_, index) =>
      blobs.put('doc', Buffer.from(`${index}`)).catch(() => null),
    );
    await blobs.erase('doc');
    await Promise.all(keeping);
    expect(await readFile(join(folder, 'doc'), 'utf8')).toBe('');
  });

  it('belong to nobody while they are staged, and leave nothing when discarded', async () => {
    const staged = await blobs.stage(Readable.from(['a', 'b']));
    expect(staged).toMatchObject({ sha256: hashOf('ab'), bytes: 2 });
    await blobs.discard(staged);
    expect(await readdir(join(folder, '.incoming'))).toEqual([]);
  });

  it('leave nothing when their stream breaks off', async () => {
    const broken = Readable.from(
      (async function* parts() {
        yield 'a';
        throw new Error('disconnected');
      })(),
    );
    await expect(blobs.stage(broken)).rejects.toThrow('disconnected');
    expect(await readdir(join(folder, '.incoming'))).toEqual([]);
  });

  it('tell that they are missing or altered', async () => {
    const { sha256 } = await blobs.put('doc', Buffer.from('hello'));
    await writeFile(blobs.path('doc', sha256), 'hullo');
    await expect(blobs.read('doc', sha256)).rejects.toBeInstanceOf(BlobDamaged);
    await expect(blobs.read('doc', hashOf('never'))).rejects.toBeInstanceOf(BlobDamaged);
    await expect(blobs.stream('doc', hashOf('never'))).rejects.toBeInstanceOf(BlobDamaged);
  });

  it('sweep away what was staged long ago, and nothing younger', async () => {
    const old = await blobs.stage(Buffer.from('old'));
    const young = await blobs.stage(Buffer.from('young'));
    await utimes(join(folder, '.incoming', old.token), new Date(0), new Date(0));
    await blobs.sweep();
    expect(await readdir(join(folder, '.incoming'))).toEqual([young.token]);
  });

  it('are swept past what another process has moved away meanwhile', async () => {
    await blobs.sweep();
    // Listed, but not to be found: as one that went in between.
    await symlink(join(folder, 'gone'), join(folder, '.incoming', 'moved'));
    await blobs.sweep();
  });
});

describe('the blob folder', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  it('is claimed by an empty database, and is refused where it belongs to another', async () => {
    await claimBlobFolder(folder, test.database);
    await claimBlobFolder(folder, test.database);
    await writeFile(join(folder, '.folder-id'), 'another');
    await expect(claimBlobFolder(folder, test.database)).rejects.toThrow(
      /not the blob folder of this database, but of another/,
    );
  });

  it('is refused when it is missing although documents were received', async () => {
    await test.database.sql`
      INSERT INTO events VALUES (1, gen_random_uuid(), 's', 1, 'T', 1, '{}', '{}', now())`;
    await expect(claimBlobFolder(folder, test.database)).rejects.toThrow(/Set DATA_DIR/);
  });
});
