import { readImage, readImageHeader } from '../../shared/image-file.ts';
import type { Inspection, InspectionLimits } from './inspection.ts';
import { corrupt, imageTooLarge, tooManyPages } from './refusals.ts';

/**
 * An image: its size before anything is decoded, then whether its first page can be decoded to the
 * end. Only a TIFF has pages; of an animation the first picture counts.
 */
export async function inspectImage(
  file: string,
  mediaType: string,
  limits: InspectionLimits,
): Promise<Inspection> {
  const first = await readImageHeader(file).catch(damaged);
  const { pages } = first;
  if (pages > limits.maxPages) throw tooManyPages(pages, limits.maxPages);
  for (let page = 0; page < pages; page += 1) {
    const { width, height } = page === 0 ? first : await readImageHeader(file, page).catch(damaged);
    if (width * height <= limits.maxPixels) continue;
    throw imageTooLarge(width, height, limits.maxPixels);
  }
  // HEVC takes seconds to decode: there, the reader of its text finds out.
  if (first.decoder !== 'hevc') await decode(file).catch(damaged);
  return { format: 'image', mediaType, pages, encoding: null, warnings: [] };
}

/** A cut-off file has a fine header: it shows only where the pixels are read to the end. */
async function decode(file: string): Promise<void> {
  const image = await readImage(file);
  await image.resize(8, 8, { fit: 'inside' }).raw().toBuffer();
}

function damaged(error: unknown): never {
  throw corrupt('image', String(error));
}
