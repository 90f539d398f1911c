// officeparser 8 drops these control words or shows their letter.
const WORDS = new Map([
  ['emdash', '\u2014'],
  ['endash', '\u2013'],
  ['emspace', '\u2003'],
  ['enspace', '\u2002'],
  ['bullet', '\u2022'],
  ['~', '\u00A0'],
  ['_', '\u2011'],
]);

/** RTF whose control words for punctuation are written as Unicode escapes instead. */
export function spellOutSymbols(rtf: Uint8Array): Uint8Array {
  const source = Buffer.from(rtf.buffer, rtf.byteOffset, rtf.byteLength).toString('latin1');
  const spelled = source.replaceAll(
    /\\(?:([a-z]+)(?![a-z\d-]) ?|[^a-z])/g,
    (control: string, word: string | undefined) => {
      const symbol = WORDS.get(word ?? control.slice(1));
      return symbol === undefined ? control : `{\\uc1\\u${symbol.codePointAt(0)}?}`;
    },
  );
  return Buffer.from(spelled, 'latin1');
}
