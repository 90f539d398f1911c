import { expect, it } from 'vitest';
import { baseName } from './file-name.ts';

const cases: [said: string | undefined, kept: string][] = [
  ['invoice.pdf', 'invoice.pdf'],
  ['../../etc/passwd', 'passwd'],
  [String.raw`C:\Users\me\letter.docx`, 'letter.docx'],
  ['/', 'unnamed'],
  ['..', 'unnamed'],
  ['', 'unnamed'],
  [undefined, 'unnamed'],
  ['  spaced name.txt ', 'spaced name.txt'],
  ['tab\tand\u0000nul\u007f\u0085.txt', 'tabandnul.txt'],
  ['exe\u202Efdp.scr', 'exefdp.scr'],
  ['\u2066isolated\u2069.txt', 'isolated.txt'],
  ['a %22quoted%22%0D%0A name, 100%25.pdf', 'a "quoted" name, 100%25.pdf'],
  ['two\u2028lines.txt', 'twolines.txt'],
  ['<img src=x onerror=alert(1)>.png', '<img src=x onerror=alert(1)>.png'],
  ['Größe 📄.pdf', 'Größe 📄.pdf'],
  ['half \ud83d.pdf', 'half \ufffd.pdf'],
];

it.each(cases)('%j is kept as %j', (said, kept) => expect(baseName(said)).toBe(kept));

it('keeps the beginning and the extension of a long name', () => {
  const name = baseName(`${'a'.repeat(500)}.pdf`);
  expect(name).toHaveLength(255);
  expect(name).toMatch(/^a+…\.pdf$/);
});

it('cuts between two characters', () => {
  for (const before of ['', 'x']) {
    const name = baseName(`${before}${'📄'.repeat(500)}.pdf`);
    expect(name.isWellFormed()).toBe(true);
    expect(name.length).toBeGreaterThan(250);
    expect(name.length).toBeLessThanOrEqual(255);
  }
});
