import { open } from 'node:fs/promises';
import type { Task } from '../../shared/sandbox/task.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import type { Classification } from './classification.ts';
import { classify } from './classify.ts';
import type { Structured } from './structured/structured.ts';

/**
 * `file`: UTF-8, pages separated by form feeds; null when there is no text. `structured`: what the
 * document says of itself in data.
 */
export interface ClassifyInput {
  file: string | null;
  format: Format;
  fileName: string;
  structured: Structured[];
}

/** Four times what the rules look at, because a character takes up to four bytes in UTF-8. */
const READ_BYTES = 1024 * 1024;

/** Classifies a text in a sandboxed process. Reads the start of the file only, see {@link classify}. */
const classifyTask: Task<ClassifyInput, Classification> = async (input) => {
  const { file, format, fileName, structured } = input;
  const text = file === null ? '' : await readStart(file);
  return classify({ pages: text.split('\f'), format, fileName, structured });
};

export default classifyTask;

async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(READ_BYTES);
    let length = 0;
    while (length < READ_BYTES) {
      const { bytesRead } = await file.read(buffer, length, READ_BYTES - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    // In stream mode a character that the end cuts in two is left out.
    return new TextDecoder().decode(buffer.subarray(0, length), { stream: true });
  } finally {
    await file.close();
  }
}
