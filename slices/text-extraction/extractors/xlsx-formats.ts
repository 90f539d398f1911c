import { unzipSync } from 'fflate';
import { Parser } from 'htmlparser2';

/** How a cell's number is to be read. `decimals` is the number of places of a percentage. */
export type NumberFormat =
  | { kind: 'date' | 'time' | 'elapsed' | 'moment' | 'number' }
  | { kind: 'percent'; decimals: number };

const MAX_PART_BYTES = 32 * 1024 * 1024;
const DAY_MS = 86_400_000;
/** Days from Excel's day 0 to 1970-01-01, in the 1900 and in the 1904 system. */
const EPOCH_DAYS = { 1900: 25_569, 1904: 24_107 };

/**
 * Turns the number of a cell into what the sheet shows, where the bare number would mislead: dates
 * as ISO 8601 (the sheet's own order of day and month is ambiguous), times, percentages. Returns
 * null for every other cell. `cellXml` is the cell's element as it stands in the sheet.
 */
export type ShowCell = (cellXml: string, value: string) => string | null;

/** Reads the workbook's number formats (ECMA-376 part 1, 18.8.30), which officeparser leaves out. */
export function readNumberFormats(xlsx: Uint8Array): ShowCell {
  const parts = unzipSync(xlsx, {
    filter: ({ name, originalSize }) =>
      /^xl\/(styles|workbook)\.xml$/.test(name) && originalSize <= MAX_PART_BYTES,
  });
  const styles = parseStyles(decode(parts['xl/styles.xml']));
  const uses1904 = /<workbookPr\b[^>]*\bdate1904="(1|true)"/.test(decode(parts['xl/workbook.xml']));
  return (cellXml, value) => {
    const attributes = /^<(?:\w+:)?c\b[^>]*/.exec(cellXml)?.[0] ?? '';
    const type = /\bt="(\w+)"/.exec(attributes)?.[1] ?? 'n';
    const format = styles[Number(/\bs="(\d+)"/.exec(attributes)?.[1] ?? 0)];
    const number = Number(value);
    if (type !== 'n' || format === undefined || !Number.isFinite(number)) return null;
    return show(number, format, uses1904 ? EPOCH_DAYS[1904] : EPOCH_DAYS[1900]);
  };
}

function show(number: number, format: NumberFormat, epochDays: number): string | null {
  if (format.kind === 'number') return withoutNoise(number);
  if (format.kind === 'percent') return `${(number * 100).toFixed(format.decimals)}%`;
  if (format.kind === 'elapsed') return clock(number);
  if (format.kind === 'time') return clock(number - Math.floor(number));
  // Day 60 of the 1900 system is a 29 February that never was; the days before it are one off.
  const days = epochDays === EPOCH_DAYS[1900] && number < 60 ? number + 1 : number;
  const moment = new Date(Math.round((days - epochDays) * 86_400) * 1000);
  if (Number.isNaN(moment.getTime())) return null;
  const date = moment.toISOString().slice(0, 10);
  return format.kind === 'date' ? date : `${date} ${clock(number - Math.floor(number))}`;
}

/** Excel keeps 15 digits; what a file holds beyond them is the noise of binary fractions. */
function withoutNoise(number: number): string | null {
  return Number.isInteger(number) ? null : String(Number(number.toPrecision(15)));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** A fraction of a day as `H:MM`, with seconds where there are any; more than a day counts hours on. */
function clock(days: number): string {
  const seconds = Math.round((days * DAY_MS) / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60 === 0 ? '' : `:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}${rest}`;
}

/** The format of every cell style, by its index. */
function parseStyles(xml: string): NumberFormat[] {
  const custom = new Map<string, string>();
  const styles: NumberFormat[] = [];
  let inCellStyles = false;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === 'cellXfs') inCellStyles = true;
        if (name === 'numFmt') custom.set(attributes.numFmtId ?? '', attributes.formatCode ?? '');
        if (name !== 'xf' || !inCellStyles) return;
        const id = attributes.numFmtId ?? '0';
        styles.push(custom.has(id) ? classify(custom.get(id) ?? '') : builtIn(Number(id)));
      },
      onclosetag(name) {
        if (name === 'cellXfs') inCellStyles = false;
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return styles;
}

function builtIn(id: number): NumberFormat {
  if (id === 9 || id === 10) return { kind: 'percent', decimals: id === 9 ? 0 : 2 };
  if (id === 22) return { kind: 'moment' };
  if (id === 46) return { kind: 'elapsed' };
  if ((id >= 18 && id <= 21) || id === 45 || id === 47) return { kind: 'time' };
  // 27 to 36 and 50 to 58 are dates of the East Asian versions.
  const isDate = (id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
  return { kind: isDate ? 'date' : 'number' };
}

function classify(code: string): NumberFormat {
  const pattern = code
    .replaceAll(/"[^"]*"|\\.|_.|\*./g, '')
    .replaceAll(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .replaceAll(/AM\/PM|A\/P/gi, 'h')
    .split(';')[0]
    ?.toLowerCase();
  if (pattern === undefined || pattern === 'general') return { kind: 'number' };
  const hasTime = /[hs]/.test(pattern);
  const hasDate = /[yd]/.test(pattern) || (pattern.includes('m') && !hasTime);
  if (hasDate) return { kind: hasTime ? 'moment' : 'date' };
  if (hasTime) return { kind: pattern.includes('[') ? 'elapsed' : 'time' };
  if (!pattern.includes('%')) return { kind: 'number' };
  return { kind: 'percent', decimals: /\.(0+)/.exec(pattern)?.[1]?.length ?? 0 };
}

function decode(part: Uint8Array | undefined): string {
  return part === undefined ? '' : new TextDecoder().decode(part);
}
