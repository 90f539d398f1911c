import type { OfficeAttachment, OfficeContentNode } from 'officeparser';
import { TextBuffer, cleanText } from '../text.ts';
import type { ShowCell } from './xlsx-formats.ts';

const BLOCKS = new Set(
  'paragraph heading list table row sheet slide note comment code header footer chart'.split(' '),
);

/** The text of one section of officeparser's tree; `attachments` know the titles of its charts. */
export function sectionText(
  nodes: OfficeContentNode[],
  attachments: OfficeAttachment[],
  showCell: ShowCell,
): string {
  const writer = new SectionWriter(attachments, showCell);
  for (const node of nodes) writer.write(node);
  return writer.end();
}

class SectionWriter {
  readonly #attachments: OfficeAttachment[];
  readonly #showCell: ShowCell;
  readonly #asides: OfficeContentNode[] = [];
  #text = new TextBuffer();

  constructor(attachments: OfficeAttachment[], showCell: ShowCell) {
    this.#attachments = attachments;
    this.#showCell = showCell;
  }

  write(node: OfficeContentNode): void {
    this.#asides.push(...(node.notes ?? []), ...(node.comments ?? []));
    const { header, footer } = printedAround(node);
    this.#text.append(header + this.#titleOf(node));
    if (node.type === 'row') this.#text.append(this.#row(node));
    else if (node.type === 'break') this.#text.append('\n');
    else if (node.children === undefined || node.children.length === 0)
      this.#text.append(node.text ?? '');
    else for (const child of node.children) this.write(child);
    this.#text.append(BLOCKS.has(node.type) ? `\n${footer}` : footer);
  }

  end(): string {
    // An aside may have asides of its own, which are appended while the loop runs.
    for (const aside of this.#asides) this.write(aside);
    return cleanText(this.#text.toString());
  }

  #titleOf(node: OfficeContentNode): string {
    if (node.type !== 'chart') return '';
    const name = node.metadata?.attachmentName;
    const chart = this.#attachments.find((attachment) => attachment.name === name)?.chartData;
    return chart?.title === undefined ? '' : `${chart.title}\n`;
  }

  #row(row: OfficeContentNode): string {
    return (row.children ?? []).map((cell) => this.#cell(cell)).join('\t');
  }

  /** A cell on one line, whatever it holds. */
  #cell(cell: OfficeContentNode): string {
    const shown = this.#showCell(cell.rawContent ?? '', cell.text ?? '');
    if (shown !== null) return shown;
    const outer = this.#text;
    this.#text = new TextBuffer();
    this.write(cell);
    const lines = this.#text.toString().split('\n');
    this.#text = outer;
    return lines
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' ');
  }
}

/** What a spreadsheet prints above and below a sheet: its three parts follow `&L`, `&C` and `&R`. */
function printedAround(node: OfficeContentNode): { header: string; footer: string } {
  const xml = node.type === 'sheet' ? (node.rawContent ?? '').slice(-PRINT_SETTINGS) : '';
  const part = (name: string): string => {
    const codes = new RegExp(`<odd${name}\\b[^>]*>([^<]*)`).exec(xml)?.[1] ?? '';
    const words = codes
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
      .split(/&[LCR]/)
      .map((third) => third.replaceAll(/&(?:"[^"]*"|K[0-9A-F]{6}|\d+|[A-Z])/g, '').trim());
    const line = words.filter((word) => word !== '').join('\t');
    return line === '' ? '' : `${line}\n`;
  };
  return { header: part('Header'), footer: part('Footer') };
}

/** They stand after the cells, near the sheet's end. */
const PRINT_SETTINGS = 64 * 1024;
