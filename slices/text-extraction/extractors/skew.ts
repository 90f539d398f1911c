import type { Sharp } from 'sharp';

/** Enough to tell lines of text apart, few enough to be quick. */
const SIDE = 700;
const MAX_DEGREES = 20;
const STEP_DEGREES = 0.5;
/** An angle must make lines this much clearer than none does, or the page has no lines to go by. */
const CLEARER = 1.3;

/**
 * By how many degrees an image of text is turned clockwise, from -20 to 20; 0 where it is straight or
 * shows no lines. Text that is turned by a quarter as well counts from there.
 *
 * The angle at which the sums of dark pixels along the lines differ most from line to line: projection
 * profiles, W. Postl, "Detection of linear oblique structures and skew scan in digitized documents",
 * ICPR 1986.
 */
export async function skewOf(image: Sharp): Promise<number> {
  const { data, info } = await image
    .clone()
    .autoOrient()
    .flatten({ background: '#fff' })
    .grayscale()
    .resize(SIDE, SIDE, { fit: 'inside' })
    .normalise()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const dark = darkPixels(data, info.width);
  const straight = clarity(dark, 0);
  let best = { degrees: 0, clarity: straight * CLEARER };
  for (let degrees = -MAX_DEGREES; degrees <= MAX_DEGREES; degrees += STEP_DEGREES) {
    const found = clarity(dark, degrees);
    if (found > best.clarity) best = { degrees, clarity: found };
  }
  return best.degrees;
}

interface Points {
  x: Uint16Array;
  y: Uint16Array;
}

function darkPixels(grey: Uint8Array, width: number): Points {
  const places = Array.from(grey.entries()).flatMap(([at, value]) => (value < 128 ? [at] : []));
  return {
    x: Uint16Array.from(places, (at) => at % width),
    y: Uint16Array.from(places, (at) => Math.floor(at / width)),
  };
}

/** How much the rows, or the columns, of the turned image differ, whichever differ more. */
function clarity({ x, y }: Points, degrees: number): number {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const rows = new Uint32Array(4 * SIDE);
  const columns = new Uint32Array(4 * SIDE);
  for (let index = 0; index < x.length; index += 1) {
    const [across, down] = [x[index] ?? 0, y[index] ?? 0];
    const row = Math.round(down * cos - across * sin) + SIDE;
    const column = Math.round(across * cos + down * sin) + SIDE;
    rows[row] = (rows[row] ?? 0) + 1;
    columns[column] = (columns[column] ?? 0) + 1;
  }
  return Math.max(roughness(rows), roughness(columns));
}

function roughness(sums: Uint32Array): number {
  return sums.reduce((total, sum, index) => total + (sum - (sums[index - 1] ?? 0)) ** 2, 0);
}
