import type { Sharp } from 'sharp';
import type { Worker } from 'tesseract.js';
import { readImage } from '../../../shared/image-file.ts';
import { openImage } from '../../../shared/image.ts';
import { cleanText } from '../text.ts';
import { readingImage } from './image.ts';
import { skewOf } from './skew.ts';

/** What OCR read on one page; `confidence` is the mean of its words, 0 to 100, null without any. */
export interface OcrPage {
  text: string;
  confidence: number | null;
}

/** Text is read best at this resolution. */
const DPI = 300;
const MAX_DPI = 400;
const MAX_PIXELS = 20_000_000;
const MAX_SCALE = 4;
/** Screens and cameras write 72 or 96 without meaning it. */
const MIN_CREDIBLE_DPI = 100;
const A4_LONG_SIDE_INCHES = 11.7;
/** Upside-down text was read with at most 56, upright text, noisy too, with at least 73. */
const DOUBTFUL = 65;

/**
 * Reads one page of an image: EXIF rotation honoured, enlarged to 300 dpi and freed of specks where
 * its resolution is low, skew straightened by tesseract, which also reads text turned by a quarter
 * one way; what is skewed more, or upside down, is turned and read again.
 */
export async function recognisePage(
  tesseract: Worker,
  file: string,
  page: number,
): Promise<OcrPage> {
  const image = await readingImage(() => readImage(file, page));
  const scale = await readingImage(() => chooseScale(image));
  let read = await recognise(tesseract, image, scale);
  if ((read.confidence ?? 0) >= DOUBTFUL) return read;
  // Beyond about 8 degrees the layout analysis may find no lines to straighten.
  const skew = await readingImage(() => skewOf(image));
  if (skew !== 0) read = surer(read, await recognise(tesseract, image, scale, -skew));
  if (read.text === '' || (read.confidence ?? 0) >= DOUBTFUL) return read;
  return surer(read, await recognise(tesseract, image, scale, 180 - skew));
}

const surer = (one: OcrPage, other: OcrPage): OcrPage =>
  (other.confidence ?? 0) > (one.confidence ?? 0) ? other : one;

async function chooseScale(image: Sharp): Promise<number> {
  const { width, height, density = 0 } = await image.metadata();
  const dpi = density >= MIN_CREDIBLE_DPI ? density : Math.max(width, height) / A4_LONG_SIDE_INCHES;
  const wanted = dpi < DPI / 1.2 || dpi > MAX_DPI ? DPI / dpi : 1;
  const possible = Math.sqrt(MAX_PIXELS / (width * height));
  return Math.min(wanted, possible, MAX_SCALE);
}

async function recognise(
  tesseract: Worker,
  image: Sharp,
  scale: number,
  angle = 0,
): Promise<OcrPage> {
  const png = await readingImage(() => prepare(image.clone(), scale, angle));
  const { data } = await tesseract.recognize(png, { rotateAuto: true });
  const text = cleanText(data.text);
  return { text, confidence: text === '' ? null : data.confidence };
}

async function prepare(image: Sharp, scale: number, angle: number): Promise<Buffer> {
  const { width, height, orientation = 1 } = await image.metadata();
  const swapped = orientation >= 5;
  const grey = image.autoOrient().flatten({ background: '#fff' }).grayscale();
  if (scale !== 1) {
    const seen = swapped ? height : width;
    grey.resize({ width: Math.max(1, Math.round(seen * scale)) });
  }
  if (scale >= 1.5) grey.median(3);
  const png = await grey.withMetadata({ density: DPI }).png({ compressionLevel: 1 }).toBuffer();
  // sharp turns only once in a pipeline, and the EXIF rotation came first.
  if (angle === 0) return png;
  const turned = openImage(png).rotate(angle, { background: '#fff' });
  return turned.png({ compressionLevel: 1 }).toBuffer();
}
