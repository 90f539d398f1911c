import type { Sandbox } from '../../shared/sandbox/sandbox.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import type { PreviewRequest } from './preview-task.ts';

export interface PreviewOptions {
  /** Absolute path; the file is only read. */
  file: string;
  /** What the content is, not what its name says. */
  format: Format;
  /** The document's extracted text, for a card where its first page cannot be shown. */
  text: string;
  /** What people call its kind of file. */
  type: string;
  sandbox: Pick<Sandbox, 'run'>;
  signal?: AbortSignal;
}

const TASK = new URL('./preview-task.ts', import.meta.url);
/** As much text as can be on a card, however small the letters of its script. */
const CARD_CHARACTERS = 6000;
/**
 * Formats whose first page can be drawn. Not xlsx: drawn from officeparser's tree its dates are
 * serial numbers, which the extracted text has put right.
 */
const DRAWN = new Set<Format>(['pdf', 'image', 'docx', 'pptx', 'odt', 'ods', 'odp', 'rtf']);

/**
 * A picture of the document's first page, as PNG, at most 800 × 1200 pixels: the page itself for
 * PDFs and images, a readable rendering for Office formats, and a card with the first lines of the
 * text for everything else and where that fails. It says something about every document.
 */
export async function renderPreview(options: PreviewOptions): Promise<Uint8Array> {
  const { file, format, text, type } = options;
  if (DRAWN.has(format)) {
    const page = await drawn(run(options, { do: 'page', file, format }));
    if (page !== null) return page;
  }
  const card = await run(options, { do: 'card', text: text.slice(0, CARD_CHARACTERS), type });
  if (card === null) throw new Error('A card can always be drawn.');
  return card;
}

/** A page that cannot be drawn is no failure of the document: the card takes its place. */
async function drawn(page: Promise<Uint8Array | null>): Promise<Uint8Array | null> {
  try {
    return await page;
  } catch (error) {
    if (error instanceof StepFailure) return null;
    throw error;
  }
}

function run(
  { sandbox, signal }: PreviewOptions,
  request: PreviewRequest,
): Promise<Uint8Array | null> {
  const abort = signal === undefined ? {} : { signal };
  return sandbox.run<PreviewRequest, Uint8Array | null>(TASK, request, abort);
}
