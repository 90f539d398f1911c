import { readImageHeader } from '../../../shared/image-file.ts';
import { StepFailure } from '../../../shared/step-failure.ts';
import { assertPageCount } from '../text.ts';

/**
 * The number of pages (TIFF), otherwise 1. Throws the permanent failures `unsupported-image`, `corrupt` and `too-many-pages`.
 */
export async function countImagePages(file: string, maxPages: number): Promise<number> {
  const { pages } = await readingImage(() => readImageHeader(file));
  assertPageCount(pages, maxPages);
  return pages;
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
    const text = 'The image is damaged and cannot be read. Save it again and send the new file.';
    throw new StepFailure('corrupt', 'permanent', text, options);
  }
}
