import { describe, expect, it } from 'vitest';
import { roundText } from '../../../public/time.js';
import { chartView, type Chart } from './chart.ts';

const chart: Chart = {
  id: 'took',
  title: 'Time',
  description: 'How long it took.',
  unit: 'count',
  shape: 'lines',
  series: [{ name: 'p50', values: [0, 5, 10] }],
  parts: ['00:00', '01:00', '02:00'],
};
const view = (change: Partial<Chart>, textOf: (value: number) => string = String) =>
  chartView({ ...chart, ...change }, textOf);
const path = (values: (number | null)[], shape: Chart['shape'] = 'lines') =>
  view({ shape, series: [{ name: 'a', values }], parts: values.map(String) }).series[0]?.path;
const scale = (highest: number) =>
  view({ unit: 'duration', series: [{ name: 'a', values: [highest] }] }, roundText).yLabels;

describe('a chart', () => {
  it('is a line from edge to edge, the highest value at a round number', () => {
    expect(path([0, 5, 10])).toBe('M0,100L500,50L1000,0');
    expect(path([0, 5, 9])).toBe('M0,100L500,50L1000,10');
  });

  it('leaves out what is not known, and shows what stands alone as a dot', () => {
    expect(path([10, null, 0, 10])).toBe('M0,0ZM666.7,100L1000,0');
  });

  it('has bars that stand on the ground, and none for nothing', () => {
    expect(path([10, 0, null, 5], 'bars')).toBe('M0,100V0h210.53V100zM789.47,100V50h210.53V100z');
  });

  it.each([
    [7, '0', '2', '4', '6', '8'],
    [0, '0', '1', '2', '3', '4'],
    [1_234, '0', '500', '1000', '1500'],
  ])('counts up to %i in round numbers', (highest, ...labels) => {
    const { yLabels } = view({ series: [{ name: 'a', values: [highest] }] });
    expect(yLabels.toReversed()).toEqual(labels);
  });

  it.each([
    [180, '0 s', '50 ms', '0.1 s', '150 ms', '0.2 s'],
    [400, '0 s', '0.1 s', '0.2 s', '0.3 s', '0.4 s'],
    [14_000, '0 s', '5 s', '10 s', '15 s'],
    [185_000, '0 s', '1 min', '2 min', '3 min', '4 min'],
    [7 * 3_600_000, '0 s', '3 h', '6 h', '9 h'],
    [9 * 86_400_000, '0 s', '2 d', '4 d', '6 d', '8 d', '10 d'],
  ])('measures time of %i ms in seconds, minutes, hours, days', (highest, ...labels) => {
    expect(scale(highest).toReversed()).toEqual(labels);
  });

  it('has a table behind it with a row a part', () => {
    const { rows, xLabels, empty } = view({ series: [{ name: 'a', values: [1, null, 3] }] });
    expect(rows).toEqual([
      { part: '00:00', values: ['1'] },
      { part: '01:00', values: [''] },
      { part: '02:00', values: ['3'] },
    ]);
    expect([xLabels, empty]).toEqual([chart.parts, false]);
  });

  it('says when there is nothing to draw', () => {
    expect(view({ series: [{ name: 'a', values: [null, null, null] }] }).empty).toBe(true);
  });
});
