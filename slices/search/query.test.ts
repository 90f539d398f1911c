import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSearch, type Term, type WordsCondition } from './query.ts';

const words = (...row: string[]): WordsCondition & { not: boolean } => ({
  finds: 'words',
  field: '',
  words: row,
  joined: null,
  exact: false,
  prefix: false,
  not: false,
});
const range = (column: string, least: string | null, most: string | null, included = true) =>
  expect.objectContaining({
    finds: 'range',
    column,
    least: least && { value: least, included },
    most: most && { value: most, included },
  }) as Term;

describe('given a search, then it asks for', () => {
  it.each<[string, Term[][]]>([
    ['rent paid ', [[words('rent')], [words('paid')]]],
    ['rent pai', [[words('rent')], [{ ...words('pai'), prefix: true }]]],
    ['rent 77', [[words('rent')], [{ ...words('77'), prefix: true }]]],
    ['of', [[words('of')]]],
    ['invo* x ', [[{ ...words('invo'), prefix: true }], [words('x')]]],
    ['i* x ', [[words('i')], [words('x')]]],
    ['"Rent paid"', [[{ ...words('rent', 'paid'), exact: true }]]],
    ['„Miete bezahlt“ ', [[{ ...words('miete', 'bezahlt'), exact: true }]]],
    ['-draft x ', [[{ ...words('draft'), not: true }], [words('x')]]],
    ['-"a b" x ', [[{ ...words('a', 'b'), exact: true, not: true }], [words('x')]]],
    ['paris OR london x ', [[words('paris'), words('london')], [words('x')]]],
    ['OR rent ', [[words('rent')]]],
    ['RE-2024/0815 ', [[words('re', '2024', '0815')]]],
    ['1.234,50 ', [[words('1234.50')]]],
    ['e-mail ', [[{ ...words('e', 'mail'), joined: 'email' }]]],
    ['東 x ', [[{ ...words('東'), prefix: true }], [words('x')]]],
    ['kind:invoice ', [[{ ...words('invoice'), field: 'kind' }]]],
    ['KIND:credit-note ', [[expect.objectContaining({ field: 'kind' }) as Term]]],
    ['seller:"acme ltd"', [[{ ...words('acme', 'ltd'), field: 'seller', exact: true }]]],
    ['iban:"DE89 3704"', [[{ ...words('de893704'), field: 'iban', exact: true, prefix: true }]]],
    ['language:German ', [[{ ...words('de'), field: 'language', exact: true }]]],
    ['lang:deutsch ', [[{ ...words('de'), field: 'language', exact: true }]]],
    ['status:failed ', [[{ finds: 'status', status: 'failed', not: false }]]],
    ['-status:failed ', [[{ finds: 'status', status: 'failed', not: true }]]],
    ['total:>1000', [[range('total', '1000', null, false)]]],
    ['total:>=1.000,50', [[range('total', '1000.50', null)]]],
    ['total:<1000', [[range('total', null, '1000', false)]]],
    ['total:<=€1000', [[range('total', null, '1000')]]],
    ['total:1000', [[range('total', '1000', '1000')]]],
    ['total:100..200', [[range('total', '100', '200')]]],
    ['net:100..', [[range('net', '100', null)]]],
    ['tax:..200', [[range('tax', null, '200')]]],
    ['from:2024-01-01', [[range('day', '2024-01-01', null)]]],
    ['to:2024-02', [[range('day', null, '2024-02-29')]]],
    ['date:2024', [[range('day', '2024-01-01', '2024-12-31')]]],
    ['due:5.3.2024', [[range('due', '2024-03-05', '2024-03-05')]]],
    ['received:2024-01..2024-02', [[range('received', '2024-01-01', '2024-02-29')]]],
    ['due:>2024-03', [[range('due', '2024-03-31', null, false)]]],
    ['https://example.org ', [[words('https', 'example', 'org')]]],
    ['12:30 ', [[words('12', '30')]]],
  ])('%s', (text, groups) => {
    expect(readSearch(text)).toEqual({ groups, hints: [], isHopeless: false });
  });
});

describe('given what it does not understand, then it says so and searches for the words', () => {
  it.each<[string, RegExp, Term[][]]>([
    ['total:cheap ', /“total:” takes an amount.*“cheap”/, [[words('total', 'cheap')]]],
    ['total:1..x ', /“total:” takes an amount/, [[words('total', '1', 'x')]]],
    ['total:.. x ', /“total:” takes an amount/, [[words('total')], [words('x')]]],
    ['date:2024-02-30 ', /takes a day/, [[words('date', '2024', '02', '30')]]],
    ['status:lost ', /one of received, processing/, [[words('status', 'lost')]]],
    ['language:klingonic ', /takes a language/, [[words('language', 'klingonic')]]],
    ['colour:red ', /no “colour:”.*kind, status/, [[words('colour', 'red')]]],
    ['kind: ', /what to look for after “kind:”/, []],
    ['"open ', /not closed/, [[{ ...words('open'), exact: true }]]],
    ['"open phra', /not closed/, [[{ ...words('open', 'phra'), exact: true, prefix: true }]]],
  ])('%s', (text, hint, groups) => {
    const search = readSearch(text);
    expect(search.hints).toEqual([expect.stringMatching(hint)]);
    expect(search.groups).toEqual(groups);
  });

  it('a search without a letter or digit finds nothing; one that has only begun, everything', () => {
    expect(readSearch('🦉 - &')).toMatchObject({ groups: [], isHopeless: true });
    expect(readSearch('kind:')).toMatchObject({ groups: [], isHopeless: false });
    expect(readSearch('')).toEqual({ groups: [], hints: [], isHopeless: false });
  });

  it('too many words are cut off', () => {
    const search = readSearch('word '.repeat(30));
    expect(search.groups).toHaveLength(20);
    expect(search.hints).toEqual([expect.stringMatching(/first 20/)]);
  });
});

describe('a search', () => {
  const pieces = fc.constantFrom(
    '"',
    '„',
    '-',
    ':',
    '*',
    '..',
    '>',
    '<=',
    ' ',
    'OR',
    'kind:',
    'total:',
    'from:',
    'iban:',
    '2024',
    '1.234,50',
    'wörd',
    '東京',
    '\u0000',
    '\uD800',
    "'",
    '\\',
    '(',
    '&',
    '\n',
  );

  it('never throws, whatever is typed', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(pieces, { maxLength: 60 }).map((each) => each.join('')),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const { groups, hints } = readSearch(text);
        expect(groups.flat().every((term) => term.finds !== 'words' || term.words.length > 0)).toBe(
          true,
        );
        expect(Array.isArray(hints)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['"', '-', ':', 'a:', '1.', '1.234.', '-'.repeat(3) + '"', 'a-', '..', '('])(
    'takes time in proportion to its length when made of %j',
    (piece) => {
      const time = (length: number) => {
        const text = piece.repeat(length);
        const begun = process.cpuUsage();
        readSearch(text);
        const { user, system } = process.cpuUsage(begun);
        return user + system;
      };
      time(1_000);
      // Quadratic time would be 10,000 times as much, which no noise can hide.
      expect(time(100_000)).toBeLessThan(2_000_000);
    },
  );
});
