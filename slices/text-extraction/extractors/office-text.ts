import type { OfficeAttachment, OfficeContentNode } from 'officeparser';
import { TextBuffer, cleanText } from '../text.ts';

const BLOCKS = new Set(
  'paragraph heading list table row sheet slide note comment code header footer chart'.split(' '),
);

/** The text of one section of officeparser's tree; `attachments` know the titles of its charts. */
export function sectionText(nodes: OfficeContentNode[], attachments: OfficeAttachment[]): string {
  const writer = new SectionWriter(attachments);
  for (const node of nodes) writer.write(node);
  return writer.end();
}

class SectionWriter {
  readonly #attachments: OfficeAttachment[];
  readonly #asides: OfficeContentNode[] = [];
  #text = new TextBuffer();

  constructor(attachments: OfficeAttachment[]) {
    this.#attachments = attachments;
  }

  write(node: OfficeContentNode): void {
    this.#asides.push(...(node.notes ?? []), ...(node.comments ?? []));
    this.#text.append(this.#titleOf(node));
    if (node.type === 'row') this.#text.append(this.#row(node));
    else if (node.type === 'break') this.#text.append('\n');
    else if (node.children === undefined || node.children.length === 0)
      this.#text.append(node.text ?? '');
    else for (const child of node.children) this.write(child);
    if (BLOCKS.has(node.type)) this.#text.append('\n');
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
