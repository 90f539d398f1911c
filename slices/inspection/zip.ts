import type { FileHandle } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';

// The table of contents at the end of a ZIP file, which is what Office programs go by. Nothing is
// unpacked to list it. Layout: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.6 to 4.5.3.

/** One entry as the table of contents declares it; sizes may lie. */
export interface ZipEntry {
  name: string;
  encrypted: boolean;
  method: number;
  packedBytes: number;
  bytes: number;
  offset: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const MAX_COMMENT = 0xffff;
const MAX_DIRECTORY_BYTES = 32 * 1024 * 1024;
const STORED = 0;
const DEFLATED = 8;
const UNKNOWN_16 = 0xffff;
const UNKNOWN_32 = 0xffffffff;

/** The entries, or null where the table of contents is missing, cut off or out of bounds. */
export async function listZip(file: FileHandle): Promise<ZipEntry[] | null> {
  const { size } = await file.stat();
  const directory = await findDirectory(file, size);
  if (directory === null || directory.bytes > MAX_DIRECTORY_BYTES) return null;
  if (directory.offset + directory.bytes > size) return null;
  const entries = parseEntries(await readAt(file, directory.offset, directory.bytes));
  return entries?.length === directory.count ? entries : null;
}

/** The unpacked content of one small entry; null where it is damaged or larger than `maxBytes`. */
export async function readZipEntry(
  file: FileHandle,
  entry: ZipEntry,
  maxBytes = 4 * 1024 * 1024,
): Promise<Buffer | null> {
  if (entry.encrypted || entry.packedBytes > maxBytes) return null;
  const header = await readAt(file, entry.offset, 30);
  if (header.length < 30) return null;
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = await readAt(file, start, entry.packedBytes);
  if (packed.length < entry.packedBytes) return null;
  if (entry.method === STORED) return packed;
  if (entry.method !== DEFLATED) return null;
  try {
    return inflateRawSync(packed, { maxOutputLength: maxBytes });
  } catch {
    return null;
  }
}

interface Directory {
  offset: number;
  bytes: number;
  count: number;
}

async function findDirectory(file: FileHandle, size: number): Promise<Directory | null> {
  const tailBytes = Math.min(size, END_BYTES + MAX_COMMENT);
  const tail = await readAt(file, size - tailBytes, tailBytes);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    // The comment must reach exactly to the end of the file: a comment may hold the signature too.
    if (tail.readUInt32LE(at) !== END || at + END_BYTES + tail.readUInt16LE(at + 20) > tail.length)
      continue;
    const [bytes, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    const count = tail.readUInt16LE(at + 10);
    if (offset !== UNKNOWN_32 && bytes !== UNKNOWN_32 && count !== UNKNOWN_16) {
      return { offset, bytes, count };
    }
    return findDirectory64(file, size - tailBytes + at - 20);
  }
  return null;
}

async function findDirectory64(file: FileHandle, locatorAt: number): Promise<Directory | null> {
  const locator = await readAt(file, locatorAt, 20);
  if (locator.length < 20 || locator.readUInt32LE(0) !== END_64_LOCATOR) return null;
  const end = await readAt(file, Number(locator.readBigUInt64LE(8)), 56);
  if (end.length < 56 || end.readUInt32LE(0) !== END_64) return null;
  const [count = 0, bytes = 0, offset = 0] = [32, 40, 48].map((at) =>
    Number(end.readBigUInt64LE(at)),
  );
  return { offset, bytes, count };
}

function parseEntries(directory: Buffer): ZipEntry[] | null {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at + ENTRY_BYTES <= directory.length && directory.readUInt32LE(at) === ENTRY) {
    const nameEnd = at + ENTRY_BYTES + directory.readUInt16LE(at + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
    const end = extraEnd + directory.readUInt16LE(at + 32);
    if (end > directory.length) return null;
    const [bytes, packedBytes, offset] = sizes64(
      directory.subarray(nameEnd, extraEnd),
      // In the order of the ZIP64 extra field.
      [at + 24, at + 20, at + 42].map((field) => directory.readUInt32LE(field)),
    );
    entries.push({
      name: directory.toString('utf8', at + ENTRY_BYTES, nameEnd),
      encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      method: directory.readUInt16LE(at + 10),
      bytes: bytes ?? 0,
      packedBytes: packedBytes ?? 0,
      offset: offset ?? 0,
    });
    at = end;
  }
  return entries;
}

/** Fields that do not fit 32 bits stand, in order, in the extra field with id 1. */
function sizes64(extra: Buffer, fields: number[]): number[] {
  let at = 0;
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1)
    at += 4 + extra.readUInt16LE(at + 2);
  at += 4;
  return fields.map((field) => {
    if (field !== UNKNOWN_32 || at + 8 > extra.length) return field;
    at += 8;
    return Number(extra.readBigUInt64LE(at - 8));
  });
}

async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}
