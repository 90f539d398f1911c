import { expect, test } from 'vitest';
import { MAX_TEXT_LENGTH, TextBuffer, assertPageCount, cleanSource, cleanText } from './text.ts';

test('running text keeps paragraphs and table rows, and loses what storage refuses', () => {
  expect(cleanText('\u0000A\r\n\r\n\r\n\nB\tC  \r\uFEFFD\f')).toBe('A\n\nB\tC\nD');
  expect(cleanText('half \uD83D pair')).toBe('half \uFFFD pair');
  expect(cleanText(' \n\n')).toBe('');
});

test('source text keeps its white space', () => {
  expect(cleanSource('a  \r\n\r\n\r\n    b\u0000\n')).toBe('a  \n\n\n    b\n');
});

test('text beyond the limit is a permanent failure', () => {
  const text = new TextBuffer();
  text.append('x'.repeat(MAX_TEXT_LENGTH));
  expect(() => text.append('x')).toThrow(
    expect.objectContaining({ code: 'text-too-large', kind: 'permanent' }),
  );
});

test('pages beyond the limit are a permanent failure', () => {
  expect(() => assertPageCount(2, 2)).not.toThrow();
  expect(() => assertPageCount(3, 2)).toThrow(
    expect.objectContaining({ code: 'too-many-pages', kind: 'permanent' }),
  );
});
