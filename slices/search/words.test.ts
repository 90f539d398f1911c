import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalNumber, compact, foldWord, wordsOf } from './words.ts';

const words = (text: string) => Array.from(wordsOf(text), ({ word }) => word).join(' ');
const also = (text: string) => Array.from(wordsOf(text)).flatMap(({ also }) => also);

describe('the words of a text', () => {
  it.each([
    ['Grüße an Frau Müller', 'grusse an frau muller'],
    ['GRUESSE AN FRAU MUELLER', 'grusse an frau muller'],
    ['Invoice no. RE-2024/0815', 'invoice no re 2024 0815'],
    ['a.b@example.org', 'a b example org'],
    ['1.234,50 EUR', '1234.50 eur'],
    ['1,234.50 / 1’234.5', '1234.50 1234.50'],
    ['on 01.02.2024, version 1.2.3', 'on 01 02 2024 version 1 2 3'],
    ['１２３ ﬁnance', '123 finance'],
    ['株式会社', '株式 式会 会社 社'],
    ['ABC株式', 'abc 株式 式'],
    ['東', '東'],
    ['rechnung_2024-03.pdf', 'rechnung 2024 03 pdf'],
    ['Quelle der Freude', 'quelle der freude'],
    ['الْعَرَبِيَّة', 'العربية'],
    ['🦉 & |', ''],
    ['⑴ ⒈ ½ ﷲ', '1 1 12 الله'],
    ['a \u0301 b', 'a b'],
  ])('%s → %s', (text, expected) => {
    expect(words(text)).toBe(expected);
  });

  it('are found in other spellings, too', () => {
    expect(also('E-Mail')).toEqual(['email']);
    expect(also('Rech-\nnung')).toEqual(['rechnung']);
    expect(also('1.234,50')).toEqual(['1234']);
    expect(also('RE-2024 is - here')).toEqual([]);
  });

  it('know where they stand', () => {
    const text = 'Für 1.234,50 € 東京都';
    expect(Array.from(wordsOf(text), ({ start, end }) => text.slice(start, end))).toEqual([
      'Für',
      '1.234,50',
      '東京',
      '京都',
      '都',
    ]);
  });

  it('never overlap backwards and are free of what PostgreSQL would read as syntax', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        let last = 0;
        for (const { word, also, start, end } of wordsOf(text)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          for (const each of [word, ...also]) expect(each).not.toMatch(/^$|['\\:&|!()<>*\s]/);
          last = start;
        }
      }),
      { examples: [['⑴']] },
    );
  });

  it('fold so that what a word begins with stays what it begins with', () => {
    const word = fc.array(fc.constantFrom(...'a e o u q x n ß ä ö ü'.split(' ')), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(word, fc.nat(12), (letters, length) => {
        const beginning = foldWord(letters.slice(0, length).join(''));
        expect(foldWord(letters.join('')).startsWith(beginning)).toBe(true);
      }),
    );
  });
});

it.each([
  ['1.234,5', '1234.50'],
  ['1,234', '1234'],
  ['0,5', '0.50'],
  ['007', '7'],
  ['12', '12'],
])('the number %s is %s', (text, expected) => {
  expect(canonicalNumber(text)).toBe(expected);
});

it('compares identifiers without what parts them', () => {
  expect(compact('DE89 3704 0044')).toBe(compact('de8937040044'));
  expect(compact('+49 (30) 123-45')).toBe('493012345');
});
