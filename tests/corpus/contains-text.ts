/**
 * Whether `text` contains `expected` by the corpus's rule: NFKC, white space as one space, soft
 * hyphens and bidi marks dropped, case-sensitive; and where layout differs, without white space.
 */
export function containsText(text: string, expected: string): boolean {
  const haystack = normalise(text);
  const needle = normalise(expected);
  return (
    haystack.includes(needle) || haystack.replaceAll(' ', '').includes(needle.replaceAll(' ', ''))
  );
}

function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\u00AD\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
