import { OURS } from './bench.ts';
import type { BenchResult } from './results.ts';
import type { CaseResult, ContenderResult } from './statistics.ts';
import { escape, sentenceOf, short } from './table.ts';

const WIDTH = 860;
const LABELS = 330;
const BARS = 380;
const LINE = 20;

/** The bars of all cases, each case on a scale of its own, as an SVG document. */
export function chartOf({ name, about, machine, cases }: BenchResult): string {
  const parts: string[] = [];
  let y = 56;
  for (const each of cases) {
    const drawn = drawCase(each, y);
    parts.push(...drawn.parts);
    y = drawn.y + LINE;
  }
  const text = (at: number, size: number, words: string) =>
    `<text x="10" y="${at}" font-size="${size}">${escape(words)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${text(22, 16, `${name}: ${about}`)}
${text(40, 11, `${machine['processor']}, Node ${machine['node']}, PostgreSQL ${machine['postgres']}`)}
${parts.join('\n')}
</svg>
`;
}

function drawCase(result: CaseResult, top: number): { parts: string[]; y: number } {
  const parts = [
    `<text x="10" y="${top + 14}" font-weight="bold">${escape(titleOf(result))}</text>`,
  ];
  const most = Math.max(...result.contenders.map(lengthOf));
  let y = top + LINE;
  for (const contender of result.contenders) {
    parts.push(...drawBar(contender, most, y));
    y += LINE;
  }
  for (const mark of result.marks) {
    const fill = mark.reached ? '#2e7d32' : '#c62828';
    parts.push(`<text x="10" y="${y + 14}" fill="${fill}">${escape(sentenceOf(mark))}</text>`);
    y += LINE;
  }
  return { parts, y };
}

const titleOf = ({ name, unit, contenders }: CaseResult) =>
  `${name}, ${contenders.some(({ rate }) => rate) ? unit : 'p50 in ms'}`;

/** The rate where there is one, else the median time. */
const lengthOf = ({ rate, p50 }: ContenderResult): number => rate?.median ?? p50 ?? 0;

function drawBar(contender: ContenderResult, most: number, y: number): string[] {
  const { name, rate, p50, p99 } = contender;
  const at = (value: number) => LABELS + Math.round((value / (most || 1)) * BARS);
  const end = at(lengthOf(contender));
  const fill = name === OURS ? '#1565c0' : '#90a4ae';
  const times = p50 === null || p99 === null ? '' : `p50 ${short(p50)}, p99 ${short(p99)} ms`;
  const value = rate ? `${short(rate.median)}  ${times}` : times;
  return [
    `<text x="${LABELS - 8}" y="${y + 14}" text-anchor="end">${escape(name)}</text>`,
    `<rect x="${LABELS}" y="${y + 3}" width="${end - LABELS}" height="14" fill="${fill}"/>`,
    ...(rate ? [whisker(at(rate.least), Math.min(at(rate.most), WIDTH - 4), y + 10)] : []),
    `<text x="${LABELS + 4}" y="${y + 14}" font-size="11">${escape(value)}</text>`,
  ];
}

const whisker = (from: number, to: number, y: number) =>
  `<path d="M${from} ${y}H${to}M${from} ${y - 3}v6M${to} ${y - 3}v6" stroke="#263238"/>`;
