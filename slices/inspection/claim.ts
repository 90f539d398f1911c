import { extname } from 'node:path';
import type { Format } from '../text-extraction/format.contract.ts';
import type { ClaimedText } from './text-kind.ts';

// What name and claimed type say. Nobody has to believe it.

const EXTENSIONS: Record<string, Format> = {
  pdf: 'pdf',
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  tif: 'image',
  tiff: 'image',
  webp: 'image',
  gif: 'image',
  avif: 'image',
  heic: 'image',
  heif: 'image',
  bmp: 'image',
  docx: 'docx',
  docm: 'docx',
  dotx: 'docx',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  xltx: 'xlsx',
  pptx: 'pptx',
  pptm: 'pptx',
  ppsx: 'pptx',
  odt: 'odt',
  ott: 'odt',
  ods: 'ods',
  ots: 'ods',
  odp: 'odp',
  otp: 'odp',
  rtf: 'rtf',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  eml: 'email',
  mht: 'email',
  md: 'markdown',
  markdown: 'markdown',
  csv: 'csv',
  tsv: 'csv',
  txt: 'text',
};

const MEDIA_TYPES: Record<string, ClaimedText> = {
  'text/markdown': 'markdown',
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'text/html': 'html',
  'message/rfc822': 'email',
};
const TEXT_FORMATS = new Set<Format>(['text', 'markdown', 'csv', 'html', 'email', 'invoice-xml']);
export const isTextFormat = (format: Format): boolean => TEXT_FORMATS.has(format);

interface Claim {
  fileName: string;
  claimedMediaType: string;
}

/** The format that the name states; browsers only guess the media type from it. */
export function namedFormat({ fileName }: Claim): Format | undefined {
  return EXTENSIONS[extname(fileName).slice(1).toLowerCase()];
}

/** Which kind of text is claimed: by the name, else by the media type. */
export function claimedText(claim: Claim): ClaimedText {
  const named = namedFormat(claim);
  if (named !== undefined && isTextFormat(named)) return named as ClaimedText;
  const [type = ''] = claim.claimedMediaType.toLowerCase().split(';');
  return MEDIA_TYPES[type.trim()] ?? null;
}

/** One sentence where the name states a format that the content is not; kinds of text are too alike. */
export function mismatch(found: Format, claim: Claim): string[] {
  const named = namedFormat(claim);
  if (named === undefined || named === found) return [];
  if (isTextFormat(named) && isTextFormat(found)) return [];
  const extension = extname(claim.fileName);
  return [
    `The file is named ${extension}, but its content is ${NAMES[found]}: it is read as that.`,
  ];
}

const NAMES: Record<Format, string> = {
  pdf: 'a PDF',
  image: 'an image',
  docx: 'a Word document',
  xlsx: 'an Excel workbook',
  pptx: 'a PowerPoint presentation',
  odt: 'an OpenDocument text',
  ods: 'an OpenDocument spreadsheet',
  odp: 'an OpenDocument presentation',
  rtf: 'RTF',
  html: 'HTML',
  email: 'an e-mail',
  text: 'plain text',
  markdown: 'Markdown',
  csv: 'CSV',
  'invoice-xml': 'an invoice in XML',
};
