import type { ShowNumber } from './number-formats.ts';
import { readXml } from '../package.ts';

interface SheetText {
  /** Printed above and below the sheet. */
  header: string;
  footer: string;
  rows: string;
}

/** Cells that are left out in between, up to so many, keep their column. */
const MAX_GAP = 16;

/** One worksheet (SpreadsheetML, ECMA-376 part 1, 18.3): a row as a line, tabs between its cells. */
export function readSheet(xml: string, shared: readonly string[], show: ShowNumber): SheetText {
  const rows: string[] = [];
  const around = { header: '', footer: '' };
  let row: string[] = [];
  let lastRow = 0;
  let column = 0;
  let cell: { type: string; style: number } | null = null;
  let value = '';
  let open = '';
  readXml(xml, {
    open(name, { r, t = 'n', s = '0' }) {
      open = name;
      if (name === 'row') {
        const number = Number(r ?? lastRow + 1);
        if (number > lastRow + 1 && lastRow > 0) rows.push('');
        lastRow = number;
        row = [];
        column = 0;
      } else if (name === 'c') {
        const at = r === undefined ? column + 1 : columnOf(r);
        for (let gap = Math.min(at - column - 1, MAX_GAP); gap > 0; gap -= 1) row.push('');
        column = at;
        cell = { type: t, style: Number(s) };
        value = '';
      }
    },
    close(name) {
      open = '';
      if (name === 'row') rows.push(row.join('\t').trimEnd());
      if (name !== 'c' || cell === null) return;
      row.push(shown(value, cell, shared, show));
      cell = null;
    },
    text(data) {
      if (cell !== null && (open === 'v' || open === 't')) value += data;
      else if (/^(odd|even|first)Header$/.test(open)) around.header += data;
      else if (/^(odd|even|first)Footer$/.test(open)) around.footer += data;
    },
  });
  const header = printed(around.header);
  return { header, footer: printed(around.footer), rows: rows.join('\n') };
}

/** `AB12` is column 28. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]*/i.exec(reference)?.[0].toUpperCase() ?? '')
    column = column * 26 + (letter.codePointAt(0) ?? 64) - 64;
  return column;
}

function shown(
  value: string,
  { type, style }: { type: string; style: number },
  shared: readonly string[],
  show: ShowNumber,
): string {
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  const text = type === 's' ? (shared[Number(value)] ?? '') : value;
  const number = type === 'n' && text !== '' ? Number(text) : Number.NaN;
  if (Number.isFinite(number)) return show(number, style);
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

/** Three parts, which follow `&L`, `&C` and `&R`, with codes for fonts, page numbers and the like. */
function printed(codes: string): string {
  return codes
    .split(/&[LCR]/)
    .map((third) => third.replaceAll(/&(?:"[^"]*"|K[0-9A-F]{6}|\d+|[A-Z])/g, '').trim())
    .filter((words) => words !== '')
    .join('\t');
}
