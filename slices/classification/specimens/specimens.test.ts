import { describe, expect, it } from 'vitest';
import { classify } from '../classify.ts';
import type { Classification } from '../classification.ts';
import { readSpecimens, type Specimen } from './specimens.fixture.ts';

interface Classified {
  specimen: Specimen;
  found: Classification;
}

const classified = readSpecimens().map((specimen): Classified => {
  const { pages, format } = specimen;
  return { specimen, found: classify({ pages, format, fileName: 'document' }) };
});

/** What was expected and not found, of all that was expected. */
function missedFields(all: Classified[]): { misses: string[]; expected: number } {
  const misses = all.flatMap(({ specimen: { name, fields }, found }) =>
    Object.entries(fields).flatMap(([field, wanted]) => {
      const got = found.fields.find((candidate) => candidate.name === field)?.value ?? 'nothing';
      return isSame(got, wanted) ? [] : [`${name}: ${field} ${wanted}, got ${got}`];
    }),
  );
  const expected = all.reduce((sum, { specimen }) => sum + Object.keys(specimen.fields).length, 0);
  return { misses, expected };
}

/** `PO 77812` and `77812` are the same number. */
function isSame(got: string, wanted: string): boolean {
  const [one, other] = [got, wanted].map((value) => value.replaceAll(/\W/g, '').toLowerCase());
  return one === other;
}

/** The least that must hold: those held out say how the rules do on documents nobody tuned them to. */
const halves: [string, boolean, { kinds: number; fields: number }][] = [
  ['that the rules were made with', false, { kinds: 0.97, fields: 0.95 }],
  ['that were held out', true, { kinds: 0.95, fields: 0.9 }],
];

describe.each(halves)('specimens %s', (_, heldOut, least) => {
  const half = classified.filter(({ specimen }) => specimen.heldOut === heldOut);
  const wrong = half.filter(({ specimen, found }) => !specimen.kinds.includes(found.kind));

  it('are of the kind that people call them', () => {
    const told = wrong.map(({ specimen, found }) => `${specimen.name}: ${found.kind}`);
    expect(wrong.length, told.join('\n')).toBeLessThanOrEqual(half.length * (1 - least.kinds));
  });

  it('when they are no invoice, are not called one', () => {
    const called = wrong.filter(({ found }) => found.kind === 'invoice');
    expect(called.map(({ specimen }) => specimen.name)).toEqual([]);
  });

  it('have the fields that people see', () => {
    const { misses, expected } = missedFields(half);
    expect(misses.length, misses.join('\n')).toBeLessThanOrEqual(expected * (1 - least.fields));
  });

  it('that are surely of a kind are of that kind', () => {
    const sure = half.filter(({ found }) => found.confidence >= 0.9);
    expect(sure.length).toBeGreaterThan(half.length / 2);
    expect(sure.filter((each) => wrong.includes(each))).toEqual([]);
  });
});
