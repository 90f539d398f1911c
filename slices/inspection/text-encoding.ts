import type { FileHandle } from 'node:fs/promises';
import { guessEncoding, guessUtf16 } from './encoding-guess.ts';

const CHUNK_BYTES = 1024 * 1024;
const STRICT_BYTES = 64 * CHUNK_BYTES;
const MAX_CONTROLS = 0.02;
/** An encoding, or why a file is no text. */
type TextEncoding = { encoding: string } | { refused: 'binary' | 'ebcdic' };

/**
 * The encoding of a text file by its bytes, `head` being the first of them: a byte order mark, UTF-16
 * without a mark, the escapes of ISO-2022-JP, strict UTF-8 over (the first 64 MB of) the file, else
 * the one in which it reads most like a language. Names are those of the WHATWG.
 */
export async function detectEncoding(file: FileHandle, head: Buffer): Promise<TextEncoding> {
  const marked = markedEncoding(head);
  if (marked !== null) return decodes(head, marked) ? { encoding: marked } : { refused: 'binary' };
  const utf16 = unmarkedUtf16(head);
  if (utf16 !== null) return { encoding: utf16 };
  if (isEbcdic(head)) return { refused: 'ebcdic' };
  if (isIso2022(head)) return { encoding: 'iso-2022-jp' };
  if (await isUtf8(file)) return isText(head) ? { encoding: 'utf-8' } : { refused: 'binary' };
  const eastAsian = isText(head) ? null : await guessUtf16(head);
  if (eastAsian !== null) return { encoding: eastAsian };
  return isText(head) ? { encoding: await guessEncoding(head) } : { refused: 'binary' };
}

/** Whether codes, in an encoding that extends ASCII, could be text: hardly any control characters. */
export function isText(codes: Uint8Array | Uint16Array): boolean {
  let controls = 0;
  for (const code of codes) if (isControl(code)) controls += 1;
  return controls <= codes.length * MAX_CONTROLS;
}

function isControl(code: number): boolean {
  // Tab, line feed, form feed, carriage return and escape occur in text.
  return code < 32 && code !== 27 && !(code >= 9 && code <= 13);
}

function markedEncoding(head: Buffer): string | null {
  if (head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) return 'utf-8';
  if (head.subarray(0, 2).equals(Buffer.from([0xff, 0xfe]))) return 'utf-16le';
  if (head.subarray(0, 2).equals(Buffer.from([0xfe, 0xff]))) return 'utf-16be';
  return null;
}

/**
 * Text in UTF-16 has zeros, of its line ends at least, all in the same half of the pairs, the high
 * one. That half hardly varies, as scripts are small; the large ones of East Asia show by their
 * punctuation.
 */
function unmarkedUtf16(head: Buffer): string | null {
  const even = head.subarray(0, head.length - (head.length % 2));
  const half = (offset: number): Uint8Array => even.filter((_, index) => index % 2 === offset);
  const [first, second] = [half(0), half(1)];
  if (first.includes(0) === second.includes(0)) return null;
  const [encoding, high] = second.includes(0) ? ['utf-16le', second] : ['utf-16be', first];
  if (!decodes(even, encoding)) return null;
  if (shareOfCommonest(high, 3) > 0.9) return encoding;
  const text = new TextDecoder(encoding).decode(even);
  const punctuation = text.match(/[、。，！？：\u3000]/g)?.length ?? 0;
  return punctuation > text.length * 0.02 ? encoding : null;
}

function shareOfCommonest(bytes: Uint8Array, count: number): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  const commonest = counts.toSorted().subarray(-count);
  return commonest.reduce((sum, each) => sum + each, 0) / Math.max(1, bytes.length);
}

/** Whether bytes are valid and, decoded, look like text. The last character may be cut off. */
function decodes(bytes: Buffer, encoding: string): boolean {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return isText(Uint16Array.from(text, (_, index) => text.charCodeAt(index)));
  } catch {
    return false;
  }
}

/** All in seven bits, so it is ASCII too, but for the escapes that change the characters' set. */
function isIso2022(head: Buffer): boolean {
  // oxlint-disable-next-line no-control-regex -- escapes are what it looks for
  return /\x1B\$[@B][\x21-\x7E]{2,}?\x1B\([BJ]/.test(head.toString('latin1'));
}

/** Text from mainframes: blanks are 0x40, and ASCII's blank, a control there, is missing. */
function isEbcdic(head: Buffer): boolean {
  let blanks = 0;
  for (const byte of head) if (byte === 0x40) blanks += 1;
  return blanks > head.length * 0.08 && !head.includes(0x20) && !head.includes(0x0a);
}

async function isUtf8(file: FileHandle): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    for (let at = 0; at < STRICT_BYTES; at += CHUNK_BYTES) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
      decoder.decode(chunk.subarray(0, bytesRead), { stream: bytesRead === CHUNK_BYTES });
      if (bytesRead < CHUNK_BYTES) break;
    }
    return true;
  } catch {
    return false;
  }
}
