const MAX_LINES = 60;
const MAX_LINE_CHARACTERS = 1000;
/** Up to this share of its letters may be missing from a text that is legible all the same. */
const MAX_MISSING = 0.1;

/** Scripts of which Liberation Sans has the letters. */
const KNOWN = /[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Hebrew}]/u;

const SCRIPTS: readonly [RegExp, string][] = [
  [/[\p{sc=Hiragana}\p{sc=Katakana}]/u, 'Japanese'],
  [/\p{sc=Hangul}/u, 'Korean'],
  [/\p{sc=Han}/u, 'Chinese characters'],
  [/\p{sc=Arabic}/u, 'Arabic letters'],
  [/\p{sc=Thai}/u, 'Thai letters'],
  [/\p{sc=Devanagari}/u, 'Devanagari letters'],
];

/** What a card shows: a note where it cannot show the text itself, and the lines that it can. */
export interface CardText {
  note: string | null;
  lines: string;
}

/**
 * The first lines of a text, for a card.
 *
 * @param hasFont whether the machine has letters for a few that the known font lacks
 */
export async function cardText(
  text: string,
  hasFont: (letters: string) => Promise<boolean>,
): Promise<CardText> {
  const lines = firstLines(text);
  if (lines.length === 0) return { note: 'There is no text in it.', lines: '' };
  const missing = missingFrom(lines.join('\n'));
  if (missing === '' || (await hasFont(missing))) return { note: null, lines: lines.join('\n') };
  const script = SCRIPTS.find(([letters]) => letters.test(missing))?.[1] ?? 'another script';
  return {
    note: `Written in ${script}, for which this picture has no font. The text and the original have it all.`,
    lines: lines.filter((line) => missingFrom(line) === '').join('\n'),
  };
}

function firstLines(text: string): string[] {
  const lines = text.trim().split(/\r?\n|\f/, MAX_LINES);
  return lines
    .map((line) => line.slice(0, MAX_LINE_CHARACTERS).toWellFormed())
    .filter((line, index) => line !== '' || index > 0);
}

/** Some letters that the known font lacks, where they are too many to do without. */
function missingFrom(text: string): string {
  const letters = text.match(/\p{L}/gu) ?? [];
  const missing = letters.filter((letter) => !KNOWN.test(letter));
  return missing.length <= letters.length * MAX_MISSING ? '' : missing.slice(0, 20).join('');
}
