import { expect, test } from 'vitest';
import { extractRtf } from './rtf.ts';

const textOf = async (rtf: string): Promise<string | undefined> =>
  (await extractRtf(Buffer.from(rtf, 'latin1'))).pages[0];

test('punctuation that is written as control words', async () => {
  const rtf = String.raw`{\rtf1\ansi A\emdash B\~C \endash  D\\emdash\par E\par}`;
  expect(await textOf(rtf)).toBe('A—B\u00A0C – D\\emdash\nE');
});

test('letters of a code page, and in Unicode with what older programs show instead', async () => {
  const rtf = String.raw`{\rtf1\ansi\ansicpg1250\deff0{\fonttbl{\f0\fcharset238 Arial;}}\f0 \'f8e\'9a \u8364?\par}`;
  expect(await textOf(rtf)).toBe('řeš €');
});

test('rows of tables are lines with tabs between their cells', async () => {
  const rtf = String.raw`{\rtf1\ansi\trowd\cellx100\cellx200\intbl Item\cell 12\cell\row\pard Sum\par}`;
  expect(await textOf(rtf)).toContain('Item\t12');
});
