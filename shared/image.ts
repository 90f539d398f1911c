import sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';

const LOADERS = ['Jpeg', 'Png', 'Tiff', 'Webp', 'Nsgif', 'Heif'];

// One image at a time on one core, and nothing remembered by the name of its file.
sharp.concurrency(1);
sharp.cache(false);
// Nothing but these formats: above all no SVG, which can refer to other files.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS.map((name) => `VipsForeignLoad${name}`) });

/**
 * Opens an image: a file, or pixels with `raw` in the options. Run it in the sandbox, whose memory
 * limit it relies on: how many pixels an image may have was decided when the document was inspected.
 */
export function openImage(input: string | Uint8Array, options: SharpOptions = {}): Sharp {
  return sharp(input, { limitInputPixels: false, failOn: 'truncated', ...options });
}
