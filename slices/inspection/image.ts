import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { Inspection, InspectionLimits } from './inspection.ts';
import { corrupt, imageTooLarge, tooManyPages } from './refusals.ts';

// By default libvips remembers pictures by the name of their file, whatever is in it by then.
sharp.cache(false);

/**
 * An image: its size before anything is decoded, then whether its first page can be decoded to the
 * end. Only a TIFF has pages; of an animation the first picture counts.
 */
export async function inspectImage(
  file: string,
  mediaType: string,
  limits: InspectionLimits,
): Promise<Inspection> {
  const open = (page: number): Sharp =>
    sharp(file, { page, limitInputPixels: false, failOn: 'truncated' });
  const { width, height, pages = 1, format } = await open(0).metadata().catch(damaged);
  if (width * height > limits.maxPixels) throw imageTooLarge(width, height, limits.maxPixels);
  const pageCount = format === 'tiff' ? pages : 1;
  if (pageCount > limits.maxPages) throw tooManyPages(pageCount, limits.maxPages);
  for (let page = 1; page < pageCount; page += 1) {
    const other = await open(page).metadata().catch(damaged);
    if (other.width * other.height <= limits.maxPixels) continue;
    throw imageTooLarge(other.width, other.height, limits.maxPixels);
  }
  // A cut-off file has a fine header: it shows only where the pixels are read to the end.
  await open(0).resize(8, 8, { fit: 'inside' }).raw().toBuffer().catch(damaged);
  return { format: 'image', mediaType, pages: pageCount, encoding: null, warnings: [] };
}

function damaged(error: unknown): never {
  throw corrupt('image', String(error));
}
