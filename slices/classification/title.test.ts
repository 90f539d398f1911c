import { describe, expect, it } from 'vitest';
import type { Format } from '../text-extraction/format.contract.ts';
import { classify } from './classify.ts';

function titleOf(text: string, format: Format = 'pdf'): string | null {
  return classify({ pages: [text], format, fileName: 'file' }).title;
}

const SENTENCE =
  'This paragraph explains at some length what the document is about and why it was written.';

describe('title of a document', () => {
  it.each([
    ['its first line', `Safety at work\n\n${SENTENCE}`, 'Safety at work'],
    ['not a page number', `Page 1 of 7\nSafety at work\n\n${SENTENCE}`, 'Safety at work'],
    ['not a date', `12.03.2024\nSafety at work\n\n${SENTENCE}`, 'Safety at work'],
    [
      'not a place and a date',
      `Berlin, den 3. März 2024\nArbeitsschutz im Büro\n\n${SENTENCE}`,
      'Arbeitsschutz im Büro',
    ],
    [
      'not an address',
      `www.example.org\ninfo@example.org\nSafety at work\n\n${SENTENCE}`,
      'Safety at work',
    ],
    [
      'not a table of contents',
      `Table of Contents\nSafety at work\n\n${SENTENCE}`,
      'Safety at work',
    ],
    [
      'the line that names the kind',
      `Acme Ltd\n1 High Street\nInvoice No. 4711\nInvoice date: 3 March 2024\nTotal 12.00`,
      'Invoice No. 4711',
    ],
    [
      'the subject of a letter',
      'Stadtwerke\nBetreff: Zählerwechsel\nSehr geehrte Frau Müller,',
      'Zählerwechsel',
    ],
    ['the first column', 'Quarterly figures\t3 March 2024\n\nSales rose.', 'Quarterly figures'],
    ['a word in wide letters', `R E C H N U N G\n\n${SENTENCE}`, 'RECHNUNG'],
  ])('given a text, it is %s', (_what, text, title) => {
    expect(titleOf(text)).toBe(title);
  });

  it.each([
    ['# A *short* guide to `pipes`\n\nText', 'A short guide to pipes'],
    ['[![badge](x.png)](y)\n\n## Getting started ##\nText', 'Getting started'],
    ['Some heading\n====\n\nText', 'Some heading'],
    ['# Welcome to [Acme](https://acme.example)', 'Welcome to Acme'],
  ])('given Markdown, it is the first heading (%#)', (text, title) => {
    expect(titleOf(text, 'markdown')).toBe(title);
  });

  it('given an e-mail, it is the subject', () => {
    const mail = 'From: a@example.org\nTo: b@example.org\nSubject: Re: Lunch on 3 May\n\nHello';
    expect(titleOf(mail, 'email')).toBe('Re: Lunch on 3 May');
    expect(titleOf('From: a@example.org\n\nHello there', 'email')).toBeNull();
  });

  it('given HTML, it is the title, with which the text begins', () => {
    expect(titleOf('Blobfish - Encyclopedia\n\nThe blobfish lives in the deep sea.', 'html')).toBe(
      'Blobfish - Encyclopedia',
    );
  });

  it.each(['csv', 'xlsx'] as const)(
    'given a table as %s, it is a lonely first cell or null',
    (format) => {
      expect(titleOf('Numbers and their squares\n1\t1', format)).toBe('Numbers and their squares');
      expect(titleOf('Number\tSquare\n1\t1', format)).toBeNull();
    },
  );

  it.each(['', '4711', '12.03.2024', 'Page 3', '***', `${SENTENCE} ${SENTENCE}`])(
    'given only "%s", it is null',
    (text) => {
      expect(titleOf(text)).toBeNull();
    },
  );

  it('given a long subject, it is cut at 200 characters', () => {
    expect(titleOf(`Subject: ${'long '.repeat(100)}`, 'email')).toHaveLength(199);
  });
});
