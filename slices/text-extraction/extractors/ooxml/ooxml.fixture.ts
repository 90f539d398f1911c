import { strToU8, zipSync } from 'fflate';

/** A package of these parts. */
export function zip(parts: Record<string, string>): Uint8Array {
  return zipSync(
    Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)])),
  );
}

const TYPES = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** The relationships of a part: `{ r1: ['slide', 'slides/slide1.xml'] }`. */
export function relations(targets: Record<string, [type: string, target: string]>): string {
  const each = Object.entries(targets).map(
    ([id, [type, target]]) =>
      `<Relationship Id="${id}" Type="${TYPES}/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${each.join('')}</Relationships>`;
}

export const REL = `xmlns:r="${TYPES}"`;
