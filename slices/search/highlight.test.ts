import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHighlighter, snippetOf, stretchesOf } from './highlight.ts';
import { readSearch } from './query.ts';

/** The text with what was found in brackets. */
function marked(q: string, text: string, language: string | null = 'en'): string {
  const places = [...createHighlighter(readSearch(q), language)(text)];
  return stretchesOf(text, places)
    .map(({ text, mark }) => (mark ? `[${text}]` : text))
    .join('');
}

describe('what was searched for is marked', () => {
  it.each([
    ['rent', 'The rent is due, Rent!', 'The [rent] is due, [Rent]!'],
    ['agreements ', 'An agreement.', 'An [agreement].'],
    ['"agreements"', 'An agreement.', 'An agreement.'],
    ['"rent is"', 'Rent. The rent is due.', 'Rent. The [rent is] due.'],
    ['agr* ', 'agree, agriculture', '[agree], [agriculture]'],
    ['mueller ', 'Herr Müller', 'Herr [Müller]'],
    ['1234.50 ', 'Total 1.234,50 EUR', 'Total [1.234,50] EUR'],
    ['1234 ', 'Total 1.234,50 EUR', 'Total [1.234,50] EUR'],
    ['RE-2024/0815 ', 'Nr. RE 2024-0815.', 'Nr. [RE 2024-0815].'],
    ['email ', 'Per E-Mail', 'Per [E]-Mail'],
    ['京都 ', '東京都庁', '東[京都]庁'],
    ['京 ', '東京都庁', '東[京]都庁'],
    ['seller:acme ', 'ACME Ltd', '[ACME] Ltd'],
    ['kind:invoice total:>5 -rent ', 'The invoice for rent', 'The invoice for rent'],
  ])('%s in %s', (q, text, expected) => {
    expect(marked(q, text)).toBe(expected);
  });

  it('by the inflections of the language of the text', () => {
    expect(marked('Rechnung ', 'Ihre Rechnungen', 'de')).toBe('Ihre [Rechnungen]');
    expect(marked('Rechnung ', 'Ihre Rechnungen', null)).toBe('Ihre Rechnungen');
  });

  it('and nothing of the text is lost or doubled', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 200 }), (q, text) => {
        const places = [...createHighlighter(readSearch(q), 'en')(text)];
        expect(
          stretchesOf(text, places)
            .map((each) => each.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

describe('a snippet', () => {
  const highlight = createHighlighter(readSearch('needle '), 'en');
  const plain = (text: string) =>
    snippetOf(text, highlight)
      ?.map((each) => each.text)
      .join('');

  it('shows the words around the first place, on one line', () => {
    const hay = 'hay '.repeat(200);
    const snippet = snippetOf(`${hay}the\n needle\n\nis ${hay}needle`, highlight) ?? [];
    expect(snippet.filter(({ mark }) => mark).map(({ text }) => text)).toEqual(['needle']);
    expect(plain(`${hay}the\n needle is ${hay}`)).toMatch(/^… (hay )+the needle is (hay ?)+ …$/);
    expect(plain(`${hay}needle${hay}`.replaceAll(' ', ''))).toBeUndefined();
  });

  it('is whole where the text is short, and missing where there is nothing', () => {
    expect(plain('A needle.')).toBe('A needle.');
    expect(snippetOf('Hay.', highlight)).toBeNull();
  });

  it('never cuts a character in two', () => {
    const snippet = plain(`${'🦉'.repeat(200)} needle ${'🦉'.repeat(200)}`) ?? '';
    expect(snippet.isWellFormed()).toBe(true);
  });
});
