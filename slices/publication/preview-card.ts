import { createRequire } from 'node:module';
import sharp from 'sharp';
import type { Sharp } from 'sharp';

const WIDTH = 800;
const HEIGHT = 1131;
const MARGIN = 56;
const MAX_LINES = 60;
const MAX_LINE_CHARACTERS = 1000;

// Neither sharp nor a bare machine has a font. pdf.js, which officeparser brings, has Liberation
// Sans: Latin, Greek, Cyrillic, Hebrew. Other scripts show where the machine has a font for them.
const FONT = createRequire(createRequire(import.meta.url).resolve('officeparser')).resolve(
  'pdfjs-dist/standard_fonts/LiberationSans-Regular.ttf',
);

/** A sheet of paper with the first lines of the text on it. */
export async function drawCard(text: string): Promise<Sharp> {
  const lines = firstLines(text);
  const sheet = sharp({
    create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#fff' },
  });
  const input = await setText(lines === '' ? 'No text' : lines);
  return sheet.composite([{ input, left: MARGIN, top: MARGIN }]);
}

function firstLines(text: string): string {
  return text
    .trim()
    .split(/\r?\n|\f/, MAX_LINES)
    .map((line) => line.slice(0, MAX_LINE_CHARACTERS))
    .join('\n')
    .toWellFormed();
}

/** Lines set in 18 pixels, wrapped to the sheet's width and cut off at its foot. */
async function setText(lines: string): Promise<Buffer> {
  const width = WIDTH - 2 * MARGIN;
  const { data, info } = await sharp({
    text: {
      text: escapeMarkup(lines),
      font: 'Liberation Sans 18',
      fontfile: FONT,
      width,
      rgba: true,
      spacing: 4,
      wrap: 'word-char',
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  const size = {
    width: Math.min(info.width, width),
    height: Math.min(info.height, HEIGHT - 2 * MARGIN),
  };
  return sharp(data)
    .extract({ left: 0, top: 0, ...size })
    .toBuffer();
}

/** Text as Pango markup, which is XML: no control characters either. */
function escapeMarkup(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- control characters are what it removes
      .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\uFFFE\uFFFF]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
  );
}
