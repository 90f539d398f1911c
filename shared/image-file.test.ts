import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readImage, readImageHeader } from './image-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(bytes: Uint8Array): Promise<string> {
  const file = join(folder, 'image');
  await writeFile(file, bytes);
  return file;
}

/** A BMP of 3 × 2 pixels: the first row white, red, white, the second black. Rows end on 4 bytes. */
function bmp(bits: number, topDown: boolean): Buffer {
  const colours = { white: [255, 255, 255], red: [0, 0, 255], black: [0, 0, 0] } as const;
  const palette = bits === 8 ? [colours.black, colours.white, colours.red] : [];
  const pixel = (name: keyof typeof colours): number[] => {
    if (bits === 8) return [palette.indexOf(colours[name])];
    return bits === 32 ? [...colours[name], 0] : [...colours[name]];
  };
  const row = (names: (keyof typeof colours)[]): Buffer => {
    const bytes = names.flatMap(pixel);
    return Buffer.from([...bytes, ...Array.from({ length: -bytes.length & 3 }, () => 0)]);
  };
  const rows = [row(['white', 'red', 'white']), row(['black', 'black', 'black'])];
  const body = Buffer.concat([
    ...palette.map((colour) => Buffer.from([...colour, 0])),
    ...(topDown ? rows : rows.toReversed()),
  ]);
  const head = Buffer.alloc(54);
  head.write('BM', 'latin1');
  head.writeUInt32LE(head.length + palette.length * 4, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(3, 18);
  head.writeInt32LE(topDown ? -2 : 2, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(palette.length, 46);
  return Buffer.concat([head, body]);
}

test.each([
  [8, false],
  [24, false],
  [24, true],
  [32, false],
])('a BMP of %i bits a pixel, from the top down: %s', async (bits, topDown) => {
  const file = await fileOf(bmp(bits, topDown));
  expect(await readImageHeader(file)).toEqual({ width: 3, height: 2, pages: 1, decoder: 'bmp' });
  const { data } = await (await readImage(file)).raw().toBuffer({ resolveWithObject: true });
  expect(Array.from(data)).toEqual([255, 255, 255, 255, 0, 0, 255, 255, 255, ...Array(9).fill(0)]);
});

test('a BMP of one bit a pixel, as scanners write it', async () => {
  const head = bmp(8, false).subarray(0, 54);
  head.writeUInt16LE(1, 28);
  head.writeUInt32LE(2, 46);
  head.writeUInt32LE(62, 10);
  const rows = [0b0000_0000, 0, 0, 0, 0b1010_0000, 0, 0, 0];
  const file = await fileOf(
    Buffer.concat([head, Buffer.from([0, 0, 0, 0, 255, 255, 255, 0, ...rows])]),
  );
  const data = await (await readImage(file)).raw().toBuffer();
  expect(Array.from(data)).toEqual([
    ...[255, 0, 255].flatMap((grey) => [grey, grey, grey]),
    ...Array(9).fill(0),
  ]);
});

test('a HEIC as telephones write it', async () => {
  const file = new URL('image-file.fixture.heic', import.meta.url).pathname;
  const header = { width: 1000, height: 347, pages: 1, decoder: 'hevc' };
  expect(await readImageHeader(file)).toEqual(header);
  const { channels } = await (await readImage(file)).stats();
  const colours = channels.slice(0, 3);
  expect(colours.map(({ min, max }) => min < 60 && max > 250)).toEqual([true, true, true]);
});
