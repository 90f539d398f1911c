import { analyse } from 'chardet';

/**
 * Every encoding of the WHATWG that text is still found in, the commoner before its kin: where two
 * read a text alike, the first is taken.
 */
const ENCODINGS = [
  'windows-1252',
  'windows-1250',
  'iso-8859-2',
  'windows-1251',
  'koi8-u',
  'ibm866',
  'iso-8859-5',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'windows-874',
  'macintosh',
  'x-mac-cyrillic',
  'shift_jis',
  'euc-jp',
  'gb18030',
  'big5',
  'euc-kr',
];
const UTF_16 = ['utf-16le', 'utf-16be'];
/** eld goes by about the first 350 bytes that it is given. */
const SAMPLE_LENGTH = 300;
/** Bytes that are no text in an encoding of two bytes hardly ever decode, those of one byte always. */
const TWO_BYTES_BONUS = 0.1;
const LEAST_SCORE = 0.5;
/** Below this a text is too short for its language. */
const FEW_LETTERS = 12;
const STRANGE =
  /[^\P{S}\p{ASCII}]|\uFFFD|\p{Ll}\p{Lu}|[^\P{Cc}\p{ASCII}]|\p{Co}|\p{sc=Latin}[\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Han}]|(?<!\p{sc=Han})\p{sc=Han}\p{sc=Latin}/gu;
const EAST_ASIAN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

interface Reading {
  encoding: string;
  /** How sure the language of the text is, 0 to 1, less its strange characters. */
  score: number;
}

/**
 * The encoding of a text that is no UTF-8: the one in which it reads most like some language. A text
 * that is too short for that is what chardet takes it for, else Windows-1252.
 */
export async function guessEncoding(head: Buffer): Promise<string> {
  const best = await bestReading(head, [...ENCODINGS, ...UTF_16]);
  if (best.score >= LEAST_SCORE) return best.encoding;
  const [guess] = analyse(head).flatMap(({ name }) => canonicalName(name) ?? []);
  return guess ?? 'windows-1252';
}

/** UTF-16 of East Asia without a mark, which may hold no single zero; null where it is none. */
export async function guessUtf16(head: Buffer): Promise<string | null> {
  const { encoding, score } = await bestReading(head, UTF_16);
  return score >= LEAST_SCORE + TWO_BYTES_BONUS ? encoding : null;
}

/** Null for an encoding that this platform cannot decode. */
export function canonicalName(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}

async function bestReading(head: Buffer, encodings: readonly string[]): Promise<Reading> {
  // Loaded for the few texts that need it: it takes half a second and 80 MB.
  const { eld } = await import('eld/medium');
  const readings = encodings.map((encoding): Reading => {
    const text = decoded(head, encoding);
    if (text === null) return { encoding, score: 0 };
    const sample = sampleOf(text);
    if ((sample.match(/\p{L}/gu)?.length ?? 0) < FEW_LETTERS) return { encoding, score: 0 };
    const found = eld.detect(sample);
    const sure = found.getScores()[found.language] ?? 0;
    const strange = (sample.match(STRANGE)?.length ?? 0) / sample.length;
    const bonus = EAST_ASIAN.test(sample) ? TWO_BYTES_BONUS : 0;
    return { encoding, score: sure === 0 ? 0 : sure - 3 * strange + bonus };
  });
  return readings.reduce((best, each) => (each.score > best.score ? each : best));
}

/** null where the bytes are not valid; the last character may be cut off. */
function decoded(head: Buffer, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
  } catch {
    return null;
  }
}

/** From the lines that ASCII cannot write, as much as is needed. */
function sampleOf(text: string): string {
  let sample = '';
  for (const line of text.split(/[\r\n]+/)) {
    const at = line.search(/[^\p{ASCII}]/u);
    if (at !== -1) sample += `${line.slice(Math.max(0, at - 40), at + SAMPLE_LENGTH)}\n`;
    if (sample.length >= SAMPLE_LENGTH) break;
  }
  return sample.slice(0, SAMPLE_LENGTH);
}
