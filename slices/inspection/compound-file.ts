import type { FileHandle } from 'node:fs/promises';

// Microsoft's compound file, the container of old Office files, of Outlook messages, and of new
// Office files once they are encrypted. Layout: [MS-CFB] 2.2 to 2.6.

const END_OF_CHAIN = 0xfffffffa; // and all special sector numbers above it
const DIRECTORY_ENTRY_BYTES = 128;
const MAX_DIRECTORY_SECTORS = 4096;

/** The names of all streams and storages in the container; a damaged one yields those that can be read. */
export async function listCompoundFile(file: FileHandle): Promise<Set<string>> {
  const header = await readAt(file, 0, 512);
  const names = new Set<string>();
  if (header.length < 512) return names;
  const shift = header.readUInt16LE(30);
  if (shift !== 9 && shift !== 12) return names;
  const sectorBytes = 1 << shift;
  const sectorAt = (sector: number): number => (sector + 1) * sectorBytes;
  let sector = header.readUInt32LE(48);
  // A chain may run in a circle: it is followed no longer than a directory can be.
  for (let count = 0; sector < END_OF_CHAIN && count < MAX_DIRECTORY_SECTORS; count += 1) {
    const directory = await readAt(file, sectorAt(sector), sectorBytes);
    for (let at = 0; at + DIRECTORY_ENTRY_BYTES <= directory.length; at += DIRECTORY_ENTRY_BYTES) {
      const bytes = Math.min(64, directory.readUInt16LE(at + 64));
      if (bytes > 2) names.add(directory.toString('utf16le', at, at + bytes - 2));
    }
    sector = await nextSector(file, header, sector, sectorBytes);
  }
  return names;
}

/** From the allocation table, of which the first 109 sectors stand in the header: 6.8 MB at least. */
async function nextSector(
  file: FileHandle,
  header: Buffer,
  sector: number,
  sectorBytes: number,
): Promise<number> {
  const perSector = sectorBytes / 4;
  const table = Math.floor(sector / perSector);
  if (table >= 109) return END_OF_CHAIN;
  const tableSector = header.readUInt32LE(76 + table * 4);
  if (tableSector >= END_OF_CHAIN) return END_OF_CHAIN;
  const at = (tableSector + 1) * sectorBytes + (sector % perSector) * 4;
  const next = await readAt(file, at, 4);
  return next.length < 4 ? END_OF_CHAIN : next.readUInt32LE(0);
}

async function readAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}
