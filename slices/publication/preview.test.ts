import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSandbox } from '../../shared/sandbox/sandbox.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import { renderPreview } from './preview.ts';

const limits = { memoryBytes: 512 * 1024 ** 2, wallClockMs: 30_000, cpuSeconds: 30 };
const sandbox = createSandbox({ workers: 1, ocrWorkers: 0, limits });
afterAll(() => sandbox.close());

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'preview-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function preview(
  format: Format,
  content: string | Uint8Array,
  text = '',
): Promise<Uint8Array> {
  const file = join(folder, 'document');
  await writeFile(file, content);
  return renderPreview({ file, format, text, type: 'CSV', sandbox });
}

async function sizeOf(png: Uint8Array): Promise<[string, number, number]> {
  const { format, width, height } = await sharp(png).metadata();
  return [format, width, height];
}

/** Dark pixels below `top`. */
async function inkOf(png: Uint8Array, top = 0): Promise<number> {
  const { data, info } = await sharp(png).grayscale().raw().toBuffer({ resolveWithObject: true });
  return data.subarray(top * info.width).filter((pixel) => pixel < 128).length;
}

function pdfOfSize(width: number, height: number): string {
  const draw = `${width / 4} ${height / 4} ${width / 2} ${height / 2} re f`;
  return [
    '%PDF-1.7',
    '1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj',
    '2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj',
    `3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 ${width} ${height}]/Contents 4 0 R>> endobj`,
    `4 0 obj <</Length ${draw.length}>>stream\n${draw}\nendstream endobj`,
    'trailer<</Root 1 0 R>>\n%%EOF',
  ].join('\n');
}

test.each([
  ['A4', 595, 842, 800, 1131],
  ['a receipt', 200, 2000, 120, 1200],
  ['a banner', 2000, 200, 800, 79],
])('a PDF is drawn to fit: %s', async (_name, width, height, drawnWidth, drawnHeight) => {
  const png = await preview('pdf', pdfOfSize(width, height));
  const [format, ...size] = await sizeOf(png);
  expect(format).toBe('png');
  expect(Math.abs(size[0] - drawnWidth)).toBeLessThanOrEqual(1);
  expect(Math.abs(size[1] - drawnHeight)).toBeLessThanOrEqual(1);
  expect((await inkOf(png)) / (size[0] * size[1])).toBeCloseTo(0.25, 1);
});

test('an image is shrunk, turned as its EXIF says, and its transparency is white', async () => {
  const image = sharp({
    create: { width: 2000, height: 1000, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  });
  const png = await preview('image', await image.withMetadata({ orientation: 6 }).png().toBuffer());
  expect(await sizeOf(png)).toEqual(['png', 600, 1200]);
  expect(await inkOf(png)).toBe(0);
});

test('a small image is not enlarged', async () => {
  const image = sharp({ create: { width: 30, height: 20, channels: 3, background: '#000' } });
  expect(await sizeOf(await preview('image', await image.jpeg().toBuffer()))).toEqual([
    'png',
    30,
    20,
  ]);
});

test('other formats get a card with the first lines, however long the text', async () => {
  const png = await preview(
    'csv',
    '',
    `a;b <&> "ü" Ω Ж\u0001\n${'long '.repeat(500)}\n`.repeat(200),
  );
  expect(await sizeOf(png)).toEqual(['png', 800, 1131]);
  expect(await inkOf(png)).toBeGreaterThan(10_000);
  expect(await inkOf(png, 1131 - 56)).toBe(0);
  expect(await inkOf(await preview('text', '', ''))).toBeGreaterThan(50);
});

test.each(['pdf', 'image', 'docx'] as const)('a damaged %s gets a card', async (format) => {
  const png = await preview(format, 'damaged', 'Some text');
  expect(await sizeOf(png)).toEqual(['png', 800, 1131]);
  expect(await inkOf(png)).toBeGreaterThan(100);
});

test('a text without letters in the font has a card that says so', async () => {
  const note = await preview('text', '', '発票 '.repeat(10));
  expect(await sizeOf(note)).toEqual(['png', 800, 1131]);
  expect(await inkOf(note)).toBeGreaterThan(1_000);
});

test('a machine without any font can write', async () => {
  const config = join(folder, 'fonts.conf');
  await writeFile(config, '<?xml version="1.0"?><fontconfig></fontconfig>');
  const module = new URL('./preview-card.ts', import.meta.url).href;
  const script = `const { drawCard } = await import('${module}');
    const pixels = await (await drawCard('Grüße Ω Ж', 'CSV')).grayscale().raw().toBuffer();
    console.log(pixels.filter((pixel) => pixel < 128).length);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { env: { ...process.env, FONTCONFIG_FILE: config } },
  );
  expect(Number(stdout)).toBeGreaterThan(100);
});
