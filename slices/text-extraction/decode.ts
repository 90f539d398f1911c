import { analyse } from 'chardet';
import { open } from 'node:fs/promises';
import { StepFailure } from '../../shared/step-failure.ts';

const SAMPLE_BYTES = 256 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const BYTE_ORDER_MARKS = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

/**
 * A file's text in pieces of about a million characters. A byte order mark wins over `encoding`;
 * where that is null, `declared` may read one from the first bytes (as HTML does), and otherwise it
 * is guessed. Unreadable bytes become U+FFFD.
 *
 * Throws the permanent failure `unsupported-encoding` for an encoding this platform does not know.
 */
export async function* decodeFile(
  file: string,
  encoding: string | null,
  declared: (sample: Uint8Array) => string | null = () => null,
): AsyncGenerator<string> {
  const handle = await open(file);
  try {
    const sample = new Uint8Array(SAMPLE_BYTES);
    const { bytesRead } = await handle.read(sample, 0, SAMPLE_BYTES, 0);
    const head = sample.subarray(0, bytesRead);
    const decoder = decoderFor(
      markedEncoding(head) ?? declared(head) ?? encoding ?? guessEncoding(head),
    );
    const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } finally {
    await handle.close();
  }
}

/** The most likely encoding of `sample`: UTF-8 where it is valid, else the best guess of its bytes. */
export function guessEncoding(sample: Uint8Array): string {
  if (isUtf8(sample)) return 'utf-8';
  return (
    unmarkedUtf16(sample) ??
    analyse(sample)
      .map(({ name }) => name)
      .find(isKnown) ??
    'windows-1252'
  );
}

/** The encoding that a byte order mark states. */
export function markedEncoding(sample: Uint8Array): string | null {
  const mark = BYTE_ORDER_MARKS.find(({ bytes }) =>
    bytes.every((byte, index) => sample[index] === byte),
  );
  return mark?.encoding ?? null;
}

function isUtf8(sample: Uint8Array): boolean {
  if (sample.includes(0)) return false;
  try {
    // `stream` because the sample may end inside a character.
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Western text in UTF-16 has a zero in nearly every other byte; chardet does not look for that. */
function unmarkedUtf16(sample: Uint8Array): string | null {
  let even = 0;
  let odd = 0;
  sample.forEach((byte, index) => {
    if (byte === 0 && index % 2 === 0) even += 1;
    if (byte === 0 && index % 2 === 1) odd += 1;
  });
  const enough = sample.length * 0.2;
  if (odd > enough && even < odd / 10) return 'utf-16le';
  if (even > enough && odd < even / 10) return 'utf-16be';
  return null;
}

/** Whether this platform can decode `encoding`. */
export function isKnown(encoding: string): boolean {
  try {
    return new TextDecoder(encoding) !== null;
  } catch {
    return false;
  }
}

function decoderFor(encoding: string): TextDecoder {
  if (isKnown(encoding)) return new TextDecoder(encoding);
  throw new StepFailure(
    'unsupported-encoding',
    'permanent',
    'The text is in an encoding that cannot be read here. Save it as UTF-8 and send it again.',
    { detail: encoding },
  );
}
