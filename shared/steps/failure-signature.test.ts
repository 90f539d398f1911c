import { describe, expect, it } from 'vitest';
import { failureSignature } from './failure-signature.ts';

const signature = (message: string, code = 'corrupt', step = 'inspection') =>
  failureSignature(step, { code, message, detail: null });

const alike: [what: string, one: string, other: string][] = [
  ['numbers', 'Page 3 of 12 is damaged.', 'Page 11 of 1,204 is damaged.'],
  ['decimals', 'It took 1.5 s.', 'It took 12 s.'],
  [
    'ids',
    'Blob of 0190a6c0-0000-7000-8000-000000000001 is gone.',
    'Blob of 01a1fbec-bef2-74d4-957c-0ca3b6180198 is gone.',
  ],
  ['hashes', `No blob ${'0a'.repeat(32)}.`, `No blob ${'f3'.repeat(32)}.`],
  ['names in quotes', '"a.pdf" is damaged.', '"der Brief.pdf" is damaged.'],
  ['names with an apostrophe', '"a.pdf" is damaged.', '"Anna’s file, isn\'t it.pdf" is damaged.'],
  ['names in other quotes', 'The font ‘Arial’ is missing.', 'The font ‘Old Times’ is missing.'],
  ['paths', 'Cannot open /var/data/a/b.', 'Cannot open /srv/c.'],
  [
    'paths of Windows',
    String.raw`Cannot open C:\temp\a.txt.`,
    String.raw`Cannot open D:\data\in\b.txt.`,
  ],
  ['addresses', 'Sent to a@example.org.', 'Sent to b.c@mail.example.com.'],
];

describe('the signature of a failure', () => {
  it.each(alike)('is the same whatever the %s', (_what, one, other) =>
    expect(signature(one)).toBe(signature(other)),
  );

  it('tells steps, codes and messages apart', () => {
    const all = [
      signature('It broke.'),
      signature('It broke again.'),
      signature('It broke.', 'bomb'),
      signature('It broke.', 'corrupt', 'publication'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(['internal-error', 'parser-error'])(
    'tells what nobody foresaw (%s) apart by the technical error',
    (code) => {
      const of = (detail: string | null) =>
        failureSignature('inspection', { code, message: 'Report it.', detail });
      expect(of('TypeError: 7 is null\n at a')).toBe(of('TypeError: 12 is null\n at b'));
      expect(of('TypeError: x is null')).not.toBe(of('RangeError: x is null'));
      expect(of(null)).toBe(`inspection ${code} Report it.`);
    },
  );

  it('keeps what stands between two apostrophes of words', () => {
    expect(signature("The page doesn't open, it isn't whole.")).not.toBe(
      signature("The page doesn't print, it isn't whole."),
    );
  });

  it('stays a sentence that people can read', () =>
    expect(signature('"a.pdf" has 3 pages more than allowed.')).toBe(
      'inspection corrupt <name> has <n> pages more than allowed.',
    ));
});
