import type { FileHandle } from 'node:fs/promises';
import { listCompoundFile } from './compound-file.ts';
import type { Inspection, InspectionLimits } from './inspection.ts';
import { ANY_DOCUMENT, bomb, corrupt, encrypted, tooManyPages, unsupported } from './refusals.ts';
import { listZip, readZipEntry } from './zip.ts';
import type { ZipEntry } from './zip.ts';

type OfficeFormat = 'docx' | 'xlsx' | 'pptx' | 'odt' | 'ods' | 'odp';

const MIB = 1024 * 1024;
const MAX_ENTRIES = 20_000;
const MAX_TOTAL_BYTES = 1024 * MIB;
// XML of real spreadsheets packs to a fiftieth at most; deflate can do a thousandth.
const MAX_RATIO = 150;
const RATIO_COUNTS_ABOVE = 16 * MIB;

/** By the words in the type of a package's main part, and the folder where such packages keep it. */
const OOXML: { format: OfficeFormat; main: RegExp; part: RegExp }[] = [
  {
    format: 'docx',
    main: /ms-word\.(document|template)\.macro|wordprocessingml\.(document|template)\.main/i,
    part: /^word\/document\d*\.xml$/i,
  },
  {
    format: 'xlsx',
    main: /ms-excel\.(sheet|template|addin)\.macro|spreadsheetml\.(sheet|template)\.main/i,
    part: /^xl\/workbook\.xml$/i,
  },
  {
    format: 'pptx',
    main: /ms-powerpoint\.\w+\.macro|presentationml\.(presentation|template|slideshow)\.main/i,
    part: /^ppt\/presentation\.xml$/i,
  },
];
const ODF: Record<string, OfficeFormat> = { text: 'odt', spreadsheet: 'ods', presentation: 'odp' };
const OOXML_TYPES = 'application/vnd.openxmlformats-officedocument.';
const MEDIA_TYPES: Record<OfficeFormat, string> = {
  docx: `${OOXML_TYPES}wordprocessingml.document`,
  xlsx: `${OOXML_TYPES}spreadsheetml.sheet`,
  pptx: `${OOXML_TYPES}presentationml.presentation`,
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  odp: 'application/vnd.oasis.opendocument.presentation',
};

/**
 * A ZIP file: an Office or OpenDocument file, or something that is refused. Reads the table of
 * contents and two small entries, unpacks nothing else.
 */
export async function inspectZip(file: FileHandle, limits: InspectionLimits): Promise<Inspection> {
  const entries = await listZip(file);
  if (entries === null) throw corrupt('Office or ZIP file', 'no readable central directory');
  const odf = await openDocumentFormat(file, entries);
  const format = odf ?? (await officeOpenXmlFormat(file, entries));
  if (format === undefined) throw unsupportedZip(entries);
  if (entries.some((entry) => entry.encrypted)) throw encrypted('document');
  refuseBomb(entries);
  if (odf !== undefined) await refuseEncryptedOdf(file, entries);
  const pages = format === 'pptx' ? countSlides(entries) : null;
  if (pages !== null && pages > limits.maxPages) throw tooManyPages(pages, limits.maxPages);
  const macros = entries.some(({ name }) => /(^|\/)vbaProject\.bin$|^Basic\//i.test(name));
  const warnings = macros ? ['The document contains macros. They are never run.'] : [];
  return { format, mediaType: MEDIA_TYPES[format], pages, encoding: null, warnings };
}

/** Old Office files and Outlook messages, which are refused, and encrypted new ones. Never returns. */
export async function refuseCompoundFile(file: FileHandle): Promise<never> {
  const names = await listCompoundFile(file);
  const has = (pattern: RegExp): boolean => [...names].some((name) => pattern.test(name));
  if (has(/^EncryptedPackage$|DRMContent$/)) throw encrypted('document');
  if (has(/^WordDocument$/)) throw saveAs('Old Word files (.doc)', '.docx');
  if (has(/^(Workbook|Book)$/)) throw saveAs('Old Excel files (.xls)', '.xlsx');
  if (has(/^(PowerPoint Document|PP97_DUALSTORAGE)$/)) {
    throw saveAs('Old PowerPoint files (.ppt)', '.pptx');
  }
  if (has(/^__properties_version/)) {
    throw unsupported('Outlook messages (.msg)', 'Save the message as .eml or PDF and send that.');
  }
  throw unsupported(
    'Files of this old Office or Windows type',
    ANY_DOCUMENT,
    [...names].join(', '),
  );
}

function saveAs(what: string, type: string): Error {
  return unsupported(what, `Save the file as ${type} or PDF and send that.`);
}

async function openDocumentFormat(
  file: FileHandle,
  entries: ZipEntry[],
): Promise<OfficeFormat | undefined> {
  const mimetype = await readEntry(file, entries, /^mimetype$/);
  const kind = /^application\/vnd\.oasis\.opendocument\.(\w+)/.exec(mimetype)?.[1];
  return kind === undefined ? undefined : ODF[kind];
}

async function officeOpenXmlFormat(
  file: FileHandle,
  entries: ZipEntry[],
): Promise<OfficeFormat | undefined> {
  const types = await readEntry(file, entries, /^\[Content_Types\]\.xml$/i);
  const declared = OOXML.find(({ main }) => main.test(types));
  const present = OOXML.find(({ part }) => entries.some(({ name }) => part.test(name)));
  return (declared ?? present)?.format;
}

async function refuseEncryptedOdf(file: FileHandle, entries: ZipEntry[]): Promise<void> {
  const manifest = await readEntry(file, entries, /^META-INF\/manifest\.xml$/);
  const packaged = entries.some(({ name }) => name === 'encrypted-package');
  if (packaged || /<(\w+:)?encryption-data\b/.test(manifest)) throw encrypted('document');
}

function refuseBomb(entries: ZipEntry[]): void {
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (entries.length > MAX_ENTRIES) throw bomb('document', `${entries.length} entries`);
  if (total > MAX_TOTAL_BYTES) throw bomb('document', `${total} bytes unpacked`);
  const dense = entries.find(
    ({ bytes, packedBytes }) => bytes > RATIO_COUNTS_ABOVE && bytes > packedBytes * MAX_RATIO,
  );
  if (dense === undefined) return;
  throw bomb('document', `${dense.name}: ${dense.packedBytes} bytes unpack to ${dense.bytes}`);
}

function unsupportedZip(entries: ZipEntry[]): Error {
  const has = (pattern: RegExp): boolean => entries.some(({ name }) => pattern.test(name));
  const asPdf = 'Save it as PDF and send that.';
  if (has(/^META-INF\/container\.xml$/)) return unsupported('E-books (EPUB)', asPdf);
  if (has(/^xl\/workbook\.bin$/)) {
    return unsupported('Binary Excel files (.xlsb)', 'Save the file as .xlsx and send that.');
  }
  if (has(/^Index\/(Document|Slide)|^index\.(xml|apxl)/)) {
    return unsupported('Pages, Numbers and Keynote files', asPdf);
  }
  if (has(/\.fdseq$|FixedDocumentSequence/i)) return unsupported('XPS files', asPdf);
  if (has(/^content\.xml$/)) return unsupported('OpenDocument files of this kind', asPdf);
  return unsupported(
    'Archives (ZIP)',
    'Unpack the archive and send the documents in it, up to 100 at once.',
  );
}

function countSlides(entries: ZipEntry[]): number {
  return entries.filter(({ name }) => /^ppt\/slides\/[^/]+\.xml$/i.test(name)).length;
}

async function readEntry(file: FileHandle, entries: ZipEntry[], name: RegExp): Promise<string> {
  const entry = entries.find((candidate) => name.test(candidate.name));
  const content = entry === undefined ? null : await readZipEntry(file, entry);
  return content?.toString('utf8') ?? '';
}
