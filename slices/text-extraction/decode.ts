import { open } from 'node:fs/promises';
import { StepFailure } from '../../shared/step-failure.ts';

const SAMPLE_BYTES = 64 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const BYTE_ORDER_MARKS = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

/**
 * A file's text in pieces of about a million characters; unreadable bytes become U+FFFD. A byte
 * order mark wins over `encoding` (finding that out is the inspection's work). Where it is null,
 * `declared` may read one from the first bytes, as HTML states it; else UTF-8 or Windows-1252.
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
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), { position: 0 });
    const head = buffer.subarray(0, bytesRead);
    const name = markedEncoding(head) ?? encoding ?? declared(head) ?? likelyEncoding(head);
    const decoder = decoderFor(name);
    const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } finally {
    await handle.close();
  }
}

/** Whether this platform can decode `encoding`. */
export function isKnown(encoding: string): boolean {
  try {
    void new TextDecoder(encoding);
    return true;
  } catch {
    return false;
  }
}

function markedEncoding(sample: Uint8Array): string | null {
  const mark = BYTE_ORDER_MARKS.find(({ bytes }) =>
    bytes.every((byte, index) => sample[index] === byte),
  );
  return mark?.encoding ?? null;
}

function likelyEncoding(sample: Uint8Array): string {
  try {
    // `stream` because the sample may end inside a character.
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
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
