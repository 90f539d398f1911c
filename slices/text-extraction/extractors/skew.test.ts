import sharp from 'sharp';
import { expect, test } from 'vitest';
import { skewOf } from './skew.ts';

/** A page of 600 × 800 with bars where lines of words are. */
function page() {
  const bars = Array.from({ length: 20 }, (_, line) =>
    [0, 1, 2, 3].map((word) => ({
      input: { create: { width: 80, height: 10, channels: 3 as const, background: '#222' } },
      left: 80 + word * 110,
      top: 80 + line * 32,
    })),
  );
  const blank = { width: 600, height: 800, channels: 3 as const, background: '#eee' };
  return sharp({ create: blank }).composite(bars.flat()).png().toBuffer();
}

test.each([0, 4, -10, 17, 80, 102, 170])('text that is turned by %i degrees', async (degrees) => {
  const turned = await sharp(await page())
    .rotate(degrees, { background: '#eee' })
    .png()
    .toBuffer();
  // From the nearest quarter turn.
  const expected = degrees - 90 * Math.round(degrees / 90);
  expect(Math.abs((await skewOf(sharp(turned))) - expected)).toBeLessThanOrEqual(0.5);
});

test('a picture without lines has no skew', async () => {
  const blank = { width: 300, height: 300, channels: 3 as const, background: '#fff' };
  expect(await skewOf(sharp({ create: blank }))).toBe(0);
});
