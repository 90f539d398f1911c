import { readCorpus, type CorpusEntry } from './manifest.ts';

/** The first good document of each of these kinds, none of which needs OCR, that says what its text must contain. */
export function goodBeside(): CorpusEntry[] {
  const kinds = ['txt', 'csv', 'md', 'html', 'eml', 'docx', 'invoice_pdf', 'rtf', 'xlsx', 'odt'];
  const good = readCorpus('good').filter(({ expectedContains }) => expectedContains.length > 0);
  return kinds.flatMap((kind) => good.find((entry) => entry.kind === kind) ?? []);
}

/** After every `every` of the one list one of the other, from its start again when it ends. */
export function interleave(
  entries: readonly CorpusEntry[],
  others: readonly CorpusEntry[],
  every: number,
): CorpusEntry[] {
  return entries.flatMap((entry, index) => {
    const beside = index % every === 0 ? others[(index / every) % others.length] : undefined;
    return beside ? [entry, beside] : [entry];
  });
}
