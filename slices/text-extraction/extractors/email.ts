import { readFile } from 'node:fs/promises';
import PostalMime from 'postal-mime';
import type { Address, Email } from 'postal-mime';
import { StepFailure } from '../../../shared/step-failure.ts';
import { assertTextLength, cleanText } from '../text.ts';
import type { ExtractedPages } from '../text.ts';
import { htmlToText } from './html.ts';

const WORD = /[\p{L}\p{N}]+/gu;
/** A short text says something else with every other word; in a long one, pictures have captions. */
const SHORT = 50;
const MAX_MISSING_WORDS = 0.1;

/**
 * An e-mail as one page: sender, recipients, date and subject as the first lines, then the text
 * part (or the HTML part as text), then the names of the attachments.
 */
export async function extractEmail(file: string): Promise<ExtractedPages> {
  const bytes = await readFile(file);
  const email = await parse(bytes);
  const page = cleanText([headerLines(email), body(email), attachmentLines(email)].join('\n\n'));
  assertTextLength(page.length);
  return { pages: [page], warnings: [] };
}

async function parse(bytes: Uint8Array): Promise<Email> {
  try {
    return await PostalMime.parse(bytes);
  } catch (error) {
    throw new StepFailure(
      'corrupt',
      'permanent',
      'The e-mail cannot be read. Export it again from the mail program and send the new file.',
      { detail: String(error), cause: error },
    );
  }
}

function headerLines(email: Email): string {
  const lines = [
    ['From', addresses(email.from === undefined ? [] : [email.from])],
    ['To', addresses(email.to ?? [])],
    ['Cc', addresses(email.cc ?? [])],
    ['Date', email.headers.find(({ key }) => key === 'date')?.value.trim() ?? ''],
    ['Subject', email.subject ?? ''],
  ];
  return lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

function addresses(list: Address[]): string {
  return list
    .flatMap((address) => address.group ?? [address])
    .map(({ name, address }) =>
      name === '' || address === undefined ? (address ?? name) : `${name} <${address}>`,
    )
    .join(', ');
}

/**
 * The text part, where it says what the HTML part says. Many mails carry a stub ("your program
 * cannot show this message") or another message's text there: the HTML part then follows.
 */
function body(email: Email): string {
  const text = email.text?.trim() ?? '';
  const html = htmlToText(email.html ?? '');
  const spoken = new Set(text.match(WORD));
  const words = new Set(html.match(WORD));
  const missing = words.difference(spoken).size;
  const allowed = words.size < SHORT ? 0 : words.size * MAX_MISSING_WORDS;
  return missing > allowed ? `${text}\n\n${html}` : text;
}

function attachmentLines(email: Email): string {
  return email.attachments
    .flatMap(({ filename }) => (filename === null ? [] : [`Attachment: ${filename}`]))
    .join('\n');
}
