/** Languages that documents come in, by ISO 639-1 code. */
const CODES =
  'ar be bg bn ca cs da de el en es et eu fa fi fr gl gu ha he hi hr hu hy id is it ja ka kn ko lt lv mk ml mr ms nb nl no pl ps pt ro ru sk sl sq sr sv ta te th tl tr uk ur uz vi yo zh'.split(
    ' ',
  );

const english = new Intl.DisplayNames(['en'], { type: 'language' });

/** By code, and by the language's name in English and in itself. */
const byName: ReadonlyMap<string, string> = new Map(
  CODES.flatMap((code) =>
    [code, english.of(code), new Intl.DisplayNames([code], { type: 'language' }).of(code)]
      .filter((name) => name !== undefined)
      .map((name) => [name.toLowerCase(), code] as const),
  ),
);

/** `de`, `German` or `deutsch` → `de`; null for what is no language. */
export function languageCode(name: string): string | null {
  return byName.get(name.toLowerCase()) ?? null;
}
