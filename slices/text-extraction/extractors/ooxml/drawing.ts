import { Flow } from '../flow.ts';
import { readXml } from '../package.ts';

interface DrawingOptions {
  /** Which shapes count: by the type of their placeholder, null for those that are none. */
  wanted?: (placeholder: string | null) => boolean;
  /** The text of a chart or diagram, which stands in another part. */
  related?: (id: string) => string;
}

/**
 * The text of DrawingML (ECMA-376 part 1, 21.1), such as a slide or the data of a diagram: the
 * paragraphs of its shapes in their order, rows of tables as lines with tabs between their cells.
 */
export function drawingText(
  xml: string,
  { wanted = () => true, related = () => '' }: DrawingOptions = {},
): string {
  const flow = new Flow();
  let placeholder: string | null = null;
  let inText = false;
  let silent = 0;
  readXml(xml, {
    open(name, { id = '', dm = '', type }) {
      if (name === 'Fallback') silent += 1;
      if (silent > 0) return;
      if (name === 'sp' || name === 'graphicFrame') placeholder = null;
      else if (name === 'ph') placeholder = type ?? 'body';
      else if (name === 'p') flow.startParagraph();
      else if (name === 'br' && wanted(placeholder)) flow.words('\n');
      else if (name === 'tr') flow.startRow();
      else if (name === 'tc') flow.startCell();
      else if (name === 'chart') flow.block(related(id));
      else if (name === 'relIds') flow.block(related(dm));
      inText = name === 't';
    },
    close(name) {
      inText = false;
      if (name === 'Fallback') silent -= 1;
      if (silent > 0) return;
      if (name === 'p') flow.endParagraph();
      else if (name === 'tc') flow.endCell();
      else if (name === 'tr') flow.endRow();
    },
    text: (data) => inText && silent === 0 && wanted(placeholder) && flow.words(data),
  });
  return withoutEmptyLines(flow.end());
}

/** Placeholders that are left out, or hold nothing, have paragraphs too. */
function withoutEmptyLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n');
}

/**
 * The text of a chart (21.2): its titles, then each series as a line of its name, its categories and
 * its values, tabs in between.
 */
export function chartText(xml: string): string {
  const titles: string[] = [];
  const series: string[][] = [];
  let open: 't' | 'v' | null = null;
  let inSeries = false;
  readXml(xml, {
    open(name) {
      if (name === 'ser') series.push([]);
      if (name === 'ser') inSeries = true;
      open = name === 't' || name === 'v' ? name : null;
    },
    close(name) {
      if (name === 'ser') inSeries = false;
      if (name === 'p' || name === 'title') titles.push('\n');
      open = null;
    },
    text(data) {
      if (open === 'v' && inSeries) series.at(-1)?.push(data);
      else if (open !== null) titles.push(data);
    },
  });
  return [titles.join(''), ...series.map((values) => values.join('\t'))].join('\n');
}
