import { decode as decodeBmp } from 'bmp-ts';
import { open, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Sharp } from 'sharp';
import { openImage } from './image.ts';

/** What an image's header states, in pixels; `pages` is more than 1 for a TIFF only. */
export interface ImageHeader {
  width: number;
  height: number;
  pages: number;
  /** What decodes it: BMP and HEVC (HEIC, as telephones write it) are not in the libvips that npm brings. */
  decoder: 'libvips' | 'bmp' | 'hevc';
}

/** Pixels, row by row. */
interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 3 | 4;
}

const BMP_HEADER_BYTES = 26;
const require = createRequire(import.meta.url);

/** Reads the header of a page (counted from 0); nothing is decoded. Throws where it is damaged. */
export async function readImageHeader(file: string, page = 0): Promise<ImageHeader> {
  const bmp = await bmpSize(file);
  if (bmp !== null) return { ...bmp, pages: 1, decoder: 'bmp' };
  const {
    width,
    height,
    pages = 1,
    format,
    compression,
  } = await openImage(file, { page }).metadata();
  return {
    width,
    height,
    // Of an animation only the first frame is a document.
    pages: format === 'tiff' ? pages : 1,
    decoder: compression === 'hevc' ? 'hevc' : 'libvips',
  };
}

/**
 * Opens a page (counted from 0) of an image of any kind that can be read. Run it in the sandbox, as
 * `openImage`: how many pixels it may have was decided by its header. Throws where it is damaged.
 */
export async function readImage(file: string, page = 0): Promise<Sharp> {
  const { decoder } = await readImageHeader(file, page);
  if (decoder === 'libvips') return openImage(file, { page });
  const bytes = await readFile(file);
  const { data, ...raw } = decoder === 'bmp' ? readBmp(bytes) : await readHevc(bytes);
  return openImage(data, { raw });
}

/** Negative heights are those of pictures that are stored from the top down. */
async function bmpSize(file: string): Promise<{ width: number; height: number } | null> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BMP_HEADER_BYTES), {
      position: 0,
    });
    if (bytesRead < BMP_HEADER_BYTES || buffer.toString('latin1', 0, 2) !== 'BM') return null;
    return { width: buffer.readInt32LE(18), height: Math.abs(buffer.readInt32LE(22)) };
  } finally {
    await handle.close();
  }
}

function readBmp(bytes: Buffer): Pixels {
  const { data, width, height } = decodeBmp(bytes);
  // From ABGR. What programs write for A is seldom meant: most leave it 0, which would be invisible.
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from + 3] ?? 0;
    rgb[to + 1] = data[from + 2] ?? 0;
    rgb[to + 2] = data[from + 1] ?? 0;
  }
  return { data: rgb, width, height, channels: 3 };
}

/** The part of libheif-js that is used here: it brings no types. `display` answers null on failure. */
interface Heif {
  ready: Promise<unknown>;
  HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] };
}
interface HeifImage {
  get_width(): number;
  get_height(): number;
  display(target: Target, done: (filled: Target | null) => void): void;
  free(): void;
}
interface Target {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

/** The first image, turned as the file says. */
async function readHevc(bytes: Uint8Array): Promise<Pixels> {
  // Loaded for the few images that need it: it takes half a second.
  const heif = require('libheif-js/wasm-bundle') as Heif;
  await heif.ready;
  const images = new heif.HeifDecoder().decode(bytes);
  const [image] = images;
  if (!image) throw new Error('no image in the HEIC file');
  const [width, height] = [image.get_width(), image.get_height()];
  const data = new Uint8ClampedArray(width * height * 4);
  const filled = await new Promise<Target | null>((resolve) => {
    image.display({ data, width, height }, resolve);
  });
  for (const each of images) each.free();
  if (filled === null) throw new Error('the HEIC file cannot be decoded');
  return { data: new Uint8Array(filled.data.buffer), width, height, channels: 4 };
}
