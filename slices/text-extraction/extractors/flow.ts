/**
 * Text as it flows through paragraphs, text boxes and tables. A paragraph inside another one (a text
 * box hangs on the words beside it) follows it; a table's row is a line with tabs between its cells.
 */
export class Flow {
  /** Lines of the body, and of every cell that is open. */
  readonly #blocks: string[][] = [[]];
  readonly #paragraphs: { words: string[]; after: string[] }[] = [];
  readonly #rows: string[][] = [];

  get inParagraph(): boolean {
    return this.#paragraphs.length > 0;
  }

  startParagraph(label = ''): void {
    this.#paragraphs.push({ words: label === '' ? [] : [`${label} `], after: [] });
  }

  /** At the beginning of the paragraph that is open. */
  label(label: string): void {
    this.#paragraphs.at(-1)?.words.unshift(`${label} `);
  }

  /** Words outside of a paragraph make one of their own. */
  words(text: string): void {
    const open = this.#paragraphs.at(-1);
    if (open) open.words.push(text);
    else this.block(text);
  }

  /** A block of its own, behind the paragraph that is open. */
  block(text: string): void {
    const place = this.#paragraphs.at(-1)?.after ?? this.#blocks.at(-1);
    place?.push(text);
  }

  endParagraph(): void {
    const ended = this.#paragraphs.pop();
    if (ended === undefined) return;
    for (const line of [ended.words.join(''), ...ended.after]) this.block(line);
  }

  startRow(): void {
    this.#rows.push([]);
  }

  startCell(): void {
    this.#blocks.push([]);
  }

  /** `times`: neighbours that are equal, written as one. */
  endCell(times = 1): void {
    if (this.#blocks.length < 2) return;
    const lines = (this.#blocks.pop() ?? []).flatMap((block) => block.split('\n'));
    const cell = lines.map((line) => line.trim()).filter((line) => line !== '');
    const text = cell.join(' ');
    for (let count = 0; count < times; count += 1) this.#rows.at(-1)?.push(text);
  }

  endRow(): void {
    this.block((this.#rows.pop() ?? []).join('\t').trimEnd());
  }

  end(): string {
    while (this.inParagraph) this.endParagraph();
    while (this.#blocks.length > 1) this.endCell();
    return (this.#blocks[0] ?? []).join('\n');
  }
}
