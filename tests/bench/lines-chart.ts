import { escape, short } from './table.ts';

const WIDTH = 860;
const HEIGHT = 90;
const LEFT = 60;

/** Figures over time, a small chart each from 0 to its highest value, below each other: an SVG document. */
export function linesChart(chart: {
  title: string;
  /** Between two values. */
  everySeconds: number;
  lines: readonly { name: string; values: readonly number[] }[];
}): string {
  const { title, everySeconds, lines } = chart;
  const height = 40 + lines.length * (HEIGHT + 34) + 10;
  const minutes = Math.round((everySeconds * ((lines[0]?.values.length ?? 1) - 1)) / 60);
  const drawn = lines.map(({ name, values }, index) => {
    const top = 48 + index * (HEIGHT + 34);
    return drawLine(name, values, top, minutes);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
<text x="10" y="22" font-size="16">${escape(title)}</text>
${drawn.join('\n')}
</svg>
`;
}

function drawLine(name: string, values: readonly number[], top: number, minutes: number): string {
  const most = Math.max(...values, 0) || 1;
  const x = (index: number) =>
    LEFT + (index / Math.max(1, values.length - 1)) * (WIDTH - LEFT - 20);
  const y = (value: number) => top + HEIGHT - (value / most) * (HEIGHT - 14);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  return [
    `<text x="${LEFT}" y="${top + 4}" font-weight="bold">${escape(name)}</text>`,
    `<path d="M${LEFT} ${top + HEIGHT}H${WIDTH - 20}" stroke="#90a4ae"/>`,
    `<text x="${LEFT - 6}" y="${y(most) + 4}" text-anchor="end">${short(most)}</text>`,
    `<text x="${LEFT - 6}" y="${top + HEIGHT + 4}" text-anchor="end">0</text>`,
    `<text x="${WIDTH - 20}" y="${top + HEIGHT + 14}" text-anchor="end">${minutes} min</text>`,
    `<polyline fill="none" stroke="#1565c0" points="${points.join(' ')}"/>`,
  ].join('\n');
}
