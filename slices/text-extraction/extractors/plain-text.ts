import { decodeFile } from '../decode.ts';
import { TextBuffer, cleanSource, cleanText } from '../text.ts';
import type { ExtractedPages } from '../text.ts';

/** Plain text: decoded and cleaned, as one page. */
export async function extractPlainText(
  file: string,
  encoding: string | null,
): Promise<ExtractedPages> {
  return { pages: [cleanText(await readText(file, encoding))], warnings: [] };
}

/** Markdown and CSV: the decoded source itself, where white space has a meaning, as one page. */
export async function extractSource(
  file: string,
  encoding: string | null,
): Promise<ExtractedPages> {
  return { pages: [cleanSource(await readText(file, encoding))], warnings: [] };
}

async function readText(file: string, encoding: string | null): Promise<string> {
  const text = new TextBuffer();
  for await (const piece of decodeFile(file, encoding)) text.append(piece);
  return text.toString();
}
