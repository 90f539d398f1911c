import type { FileHandle } from 'node:fs/promises';
import type { Inspection } from './inspection.ts';
import { ANY_DOCUMENT, encrypted, unsupported } from './refusals.ts';
import { canonicalName } from './encoding-guess.ts';
import { detectEncoding } from './text-encoding.ts';
import { textKind } from './text-kind.ts';
import type { ClaimedText } from './text-kind.ts';

const MEDIA_TYPES = {
  text: 'text/plain',
  markdown: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  email: 'message/rfc822',
  'invoice-xml': 'application/xml',
};

/** A file that is none of the binary kinds: text of some kind, or something that is refused. */
export async function inspectText(
  file: FileHandle,
  head: Buffer,
  claimed: ClaimedText,
): Promise<Inspection> {
  const found = await detectEncoding(file, head);
  if ('refused' in found) throw unreadable(found.refused);
  const text = new TextDecoder(found.encoding).decode(head, { stream: true });
  const format = textKind(text, claimed);
  if (format === 'pgp') throw encrypted('message');
  if (format === 'svg') {
    throw unsupported('SVG drawings', 'Save the drawing as PDF or PNG and send that.');
  }
  if (format === 'xml')
    throw unsupported(
      'XML files other than invoices (CII, UBL)',
      'Send the document that it stands for as PDF.',
    );
  const encoding = encodingOf(format, found.encoding, text);
  return { format, mediaType: MEDIA_TYPES[format], pages: null, encoding, warnings: [] };
}

/** A mail states the encoding of each of its parts itself, XML its own; a page that is not UTF-8 may state its own. */
function encodingOf(format: string, detected: string, text: string): string | null {
  if (format === 'email' || format === 'invoice-xml') return null;
  if (format !== 'html' || detected.startsWith('utf-')) return detected;
  const stated = /<meta[^>]{1,200}charset\s*=\s*["']?([\w-]{2,40})/i.exec(text)?.[1];
  return (stated === undefined ? null : canonicalName(stated)) ?? detected;
}

function unreadable(reason: 'binary' | 'ebcdic'): Error {
  if (reason === 'ebcdic') {
    return unsupported('Text from mainframes (EBCDIC)', 'Convert it to UTF-8 and send it again.');
  }
  return unsupported('Files of this type', ANY_DOCUMENT, 'no known signature, and no text');
}
