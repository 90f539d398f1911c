import sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { StepFailure } from '../../../shared/step-failure.ts';
import { assertPageCount } from '../text.ts';

const MAX_INPUT_PIXELS = 150_000_000;
const LOADERS = ['Jpeg', 'Png', 'Tiff', 'Webp', 'Nsgif'];

// One image at a time on one core; nothing but these formats, above all no SVG, which can refer to files.
sharp.concurrency(1);
sharp.cache(false);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS.map((name) => `VipsForeignLoad${name}`) });

/** Opens an image (a file, or pixels) with the limits that hold for every document. */
export function openImage(input: string | Uint8Array, options: SharpOptions = {}): Sharp {
  return sharp(input, { limitInputPixels: MAX_INPUT_PIXELS, failOn: 'error', ...options });
}

/**
 * The number of pages (TIFF), otherwise 1: of an animation only the first frame is a document.
 * Throws the permanent failures `unsupported-image`, `image-too-large`, `corrupt` and `too-many-pages`.
 */
export async function countImagePages(file: string, maxPages: number): Promise<number> {
  const { format, pages = 1 } = await readingImage(() => openImage(file).metadata());
  const count = format === 'tiff' ? pages : 1;
  assertPageCount(count, maxPages);
  return count;
}

/** What `work` with sharp fails with, as a statement about the document. */
export async function readingImage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const options = { detail: String(error), cause: error };
    if (/unsupported image format/i.test(options.detail)) {
      const text = 'Images of this kind cannot be read. Send it as PNG, JPEG, TIFF, WebP or GIF.';
      throw new StepFailure('unsupported-image', 'permanent', text, options);
    }
    if (/pixel limit|too (large|big)/i.test(options.detail)) {
      const text = `The image has more than ${MAX_INPUT_PIXELS / 1_000_000} million pixels. Scan it with fewer dots per inch.`;
      throw new StepFailure('image-too-large', 'permanent', text, options);
    }
    const text = 'The image is damaged and cannot be read. Save it again and send the new file.';
    throw new StepFailure('corrupt', 'permanent', text, options);
  }
}
