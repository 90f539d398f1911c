import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createSandbox } from '../../shared/sandbox/sandbox.ts';
import { extractText } from './extract.ts';
import type { ExtractOptions, ExtractedText } from './extract.ts';
import type { Format } from './format.contract.ts';

// Through the sandbox, with the real engines, on inputs made here.

const limits = { memoryBytes: 1024 ** 3, wallClockMs: 60_000, cpuSeconds: 60 };
const folder = await mkdtemp(join(tmpdir(), 'extract-'));
afterAll(() => rm(folder, { recursive: true }));
const sandbox = createSandbox({ workers: 1, ocrWorkers: 1, limits, tempRoot: folder });
afterAll(() => sandbox.close());

const LINE = 'Invoice number 4711';
let progress: string[] = [];
beforeEach(() => {
  progress = [];
});

async function extract(
  format: Format,
  content: Uint8Array,
  more: Partial<ExtractOptions> = {},
): Promise<ExtractedText> {
  const file = join(folder, 'document');
  await writeFile(file, content);
  const found = await extractText({
    file,
    format,
    encoding: null,
    sandbox,
    limits: { maxPages: 10 },
    onProgress: (done, total) => progress.push(`${done}/${total}`),
    ...more,
  });
  const left = await readdir(folder, { recursive: true });
  expect(left.filter((name) => name.endsWith('.png'))).toEqual([]);
  return found;
}

const FONT = createRequire(createRequire(import.meta.url).resolve('officeparser')).resolve(
  'pdfjs-dist/standard_fonts/LiberationSans-Regular.ttf',
);

/** A white page, 1200 × 400 pixels, with a line of text that takes most of it. */
function pictureOf(line: string) {
  const text = { text: line, font: 'Liberation Sans 48', fontfile: FONT, rgba: true };
  return sharp({ text }).extend({
    top: 150,
    bottom: 150,
    left: 200,
    right: 200,
    background: '#fff',
  });
}

function picture(line: string): Promise<Buffer> {
  return pictureOf(line).flatten({ background: '#fff' }).png().toBuffer();
}

function streamOf(entries: string, data: Buffer): Buffer {
  const head = Buffer.from(`<<${entries}/Length ${data.length}>>stream\n`);
  return Buffer.concat([head, data, Buffer.from('\nendstream')]);
}

/** A PDF of pages 600 × 200 points: a string is a text layer, bytes are a JPEG over the whole page. */
async function pdfOf(pages: (string | Buffer)[]): Promise<Buffer> {
  const objects: (string | Buffer)[] = ['<</Type/Catalog/Pages 2 0 R>>', ''];
  const kids: number[] = [];
  const add = (object: string | Buffer): number => objects.push(object);
  const font = add('<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>');
  for (const page of pages) {
    let draw = typeof page === 'string' ? `BT /F 12 Tf 20 100 Td (${page}) Tj ET` : '';
    let resources = `/Font<</F ${font} 0 R>>`;
    if (typeof page !== 'string') {
      const { width, height } = await sharp(page).metadata();
      const image = `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode`;
      resources = `/XObject<</I ${add(streamOf(image, page))} 0 R>>`;
      draw = '600 0 0 200 0 0 cm /I Do';
    }
    const content = add(streamOf('', Buffer.from(draw)));
    kids.push(
      add(
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Resources<<${resources}>>/Contents ${content} 0 R>>`,
      ),
    );
  }
  objects[1] = `<</Type/Pages/Count ${kids.length}/Kids[${kids.map((kid) => `${kid} 0 R`).join(' ')}]>>`;
  const body = objects.map((object, index) =>
    Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object),
      Buffer.from('\nendobj\n'),
    ]),
  );
  return Buffer.concat([
    Buffer.from('%PDF-1.7\n'),
    ...body,
    Buffer.from('trailer<</Root 1 0 R>>\n%%EOF'),
  ]);
}

test('a PDF is read page by page: its text layer, OCR only where a page is a picture', async () => {
  const jpeg = await sharp(await picture(LINE))
    .jpeg()
    .toBuffer();
  const { pages, warnings } = await extract('pdf', await pdfOf(['A short page', jpeg, '']));
  expect(pages).toEqual([
    { text: 'A short page', ocrConfidence: null },
    { text: LINE, ocrConfidence: expect.any(Number) },
    { text: '', ocrConfidence: null },
  ]);
  expect(pages[1]?.ocrConfidence).toBeGreaterThan(80);
  expect(warnings).toEqual([]);
  expect(progress.at(-2)).toBe('2/3');
  expect(progress.at(-1)).toBe('3/3');
});

test.each([
  ['upright', 0],
  ['upside down', 180],
  ['turned left', 270],
  ['turned right', 90],
])('an image is read by OCR: %s', async (_name, angle) => {
  const turned = await sharp(await picture(LINE))
    .rotate(angle)
    .png()
    .toBuffer();
  expect((await extract('image', turned)).pages[0]?.text).toBe(LINE);
});

test('a page that lies askew, and one of low resolution, are read by OCR', async () => {
  const words = await picture(`${LINE}\nDate: 5 March 2024\nTotal: EUR 119.00`);
  const askew = await sharp(words).rotate(12, { background: '#fff' }).png().toBuffer();
  expect((await extract('image', askew)).pages[0]?.text).toContain(LINE);
  // Of letters 48 points high at 72 dpi, so as if scanned at 75 in the usual size.
  const coarse = await sharp(words).resize({ width: 300 }).jpeg({ quality: 70 }).toBuffer();
  expect((await extract('image', coarse)).pages[0]?.text).toContain(LINE);
});

test('an image is turned as its EXIF says', async () => {
  const turned = await sharp(await picture(LINE))
    .rotate(270)
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  expect((await extract('image', turned)).pages[0]?.text).toBe(LINE);
});

test('a photo of a telephone (HEIC) is read by OCR', async () => {
  const photo = await readFile(new URL('../../shared/image-file.fixture.heic', import.meta.url));
  expect((await extract('image', photo)).pages[0]?.text).toBe(LINE);
  const cut = photo.subarray(0, photo.length * 0.7);
  await expect(extract('image', cut)).rejects.toMatchObject(permanent('corrupt'));
});

test('a picture without text is no failure', async () => {
  const blank = sharp({ create: { width: 300, height: 300, channels: 3, background: '#fff' } });
  expect(await extract('image', await blank.webp().toBuffer())).toEqual({
    pages: [{ text: '', ocrConfidence: null }],
    warnings: ['No text found'],
  });
});

test('text formats are one page', async () => {
  expect(await extract('csv', Buffer.from('a;b\n1;2\n'), { encoding: 'utf-8' })).toEqual({
    pages: [{ text: 'a;b\n1;2\n', ocrConfidence: null }],
    warnings: [],
  });
  expect(progress).toEqual(['1/1']);
});

function permanent(code: string): object {
  return { name: 'StepFailure', kind: 'permanent', code };
}

test('failures say what is wrong with the document', async () => {
  const pdf = await pdfOf(['one', 'two', 'three']);
  await expect(extract('pdf', pdf, { limits: { maxPages: 2 } })).rejects.toMatchObject(
    permanent('too-many-pages'),
  );
  await expect(extract('pdf', Buffer.from('%PDF-1.7'))).rejects.toMatchObject(permanent('corrupt'));
  await expect(extract('image', Buffer.from('no image'))).rejects.toMatchObject(
    permanent('unsupported-image'),
  );
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await expect(extract('image', svg)).rejects.toMatchObject(permanent('unsupported-image'));
});

test('aborting ends the work', async () => {
  const abort = new AbortController();
  const work = extract('image', await picture(LINE), {
    signal: abort.signal,
    onProgress: () => abort.abort(new Error('stopped')),
  });
  await expect(work).rejects.toThrow('stopped');
});
