import { createRequire } from 'node:module';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { cardText } from './card-text.ts';

const WIDTH = 800;
const HEIGHT = 1131;
const MARGIN = 56;

// Neither sharp nor a bare machine has a font. pdf.js, which officeparser brings, has Liberation
// Sans: Latin, Greek, Cyrillic, Hebrew. Other scripts show where the machine has a font for them,
// and a card says so where it has none.
const FONT = createRequire(createRequire(import.meta.url).resolve('officeparser')).resolve(
  'pdfjs-dist/standard_fonts/LiberationSans-Regular.ttf',
);

/** A sheet of paper with the first lines of the text on it, and `type` over them. */
export async function drawCard(text: string, type: string): Promise<Sharp> {
  const { note, lines } = await cardText(text, hasFont);
  const sheet = sharp({
    create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#fff' },
  });
  const heading = [quiet(type), ...(note === null ? [] : ['', quiet(note)])];
  const input = await setText([...heading, '', escapeMarkup(lines)].join('\n'));
  return sheet.composite([{ input, left: MARGIN, top: MARGIN }]);
}

const quiet = (text: string) => `<span foreground="#5a5e67">${escapeMarkup(text)}</span>`;

/** Letters without a glyph are all boxes of the same size; U+0378 and U+0379 are no letters at all. */
async function hasFont(letters: string): Promise<boolean> {
  const [first = '', second = first] = new Set(letters);
  const sizes = await Promise.all([first, second, '\u0378', '\u0379'].map(sizeOf));
  return new Set(sizes).size > 1;
}

async function sizeOf(letter: string): Promise<string> {
  const { info } = await sharp({
    text: { text: escapeMarkup(letter), font: 'Liberation Sans 18', fontfile: FONT, rgba: true },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  return `${info.width}x${info.height}`;
}

/** Markup set in 18 pixels, wrapped to the sheet's width and cut off at its foot. */
async function setText(markup: string): Promise<Buffer> {
  const width = WIDTH - 2 * MARGIN;
  const { data, info } = await sharp({
    text: {
      text: markup,
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
