import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

describe('a line of the export', () => {
  it.each([
    [['plain', 7], 'plain,7'],
    [['with, comma', 'and "quotes"'], '"with, comma","and ""quotes"""'],
    [['two\nlines'], '"two\nlines"'],
    [['=HYPERLINK("https://x.example")'], '"\'=HYPERLINK(""https://x.example"")"'],
    [['+1', '-1', '@SUM(A1)'], "'+1,'-1,'@SUM(A1)"],
    [['\t=1', '\r=1'], '\'\t=1,"\'\r=1"'],
  ])('%j is text and nothing else', (cells, line) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`);
  });
});
