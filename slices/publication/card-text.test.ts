import { describe, expect, it } from 'vitest';
import { cardText } from './card-text.ts';

const none = async () => false;
const all = async () => true;

describe('given a text, then its card shows', () => {
  it('its first lines, where the font has its letters', async () => {
    const text = '\n\nRechnung für Ωmega\r\nЖ\fpage 2';
    expect(await cardText(text, none)).toEqual({
      note: null,
      lines: 'Rechnung für Ωmega\nЖ\npage 2',
    });
    expect((await cardText('a\n'.repeat(1_000), none)).lines.length).toBeLessThan(200);
    expect((await cardText('a'.repeat(10_000), none)).lines).toHaveLength(1_000);
  });

  it.each([
    ['請求書の合計', 'Japanese'],
    ['发票总额', 'Chinese characters'],
    ['송장 합계', 'Korean'],
    ['فاتورة', 'Arabic letters'],
    ['ใบแจ้งหนี้', 'Thai letters'],
    ['चालान', 'Devanagari letters'],
    ['ინვოისი', 'another script'],
  ])('a note where it has not: %s is written in %s', async (text, script) => {
    const card = await cardText(`Invoice 7\n${text}${text}${text}`, none);
    expect(card.note).toContain(`Written in ${script}`);
    expect(card.lines).toBe('Invoice 7');
    expect(await cardText(text, all)).toEqual({ note: null, lines: text });
  });

  it('everything where only a few letters are missing', async () => {
    const text = 'A long line of Latin letters, and 東.';
    expect(await cardText(text, none)).toEqual({ note: null, lines: text });
  });

  it('that there is none', async () => {
    expect(await cardText(' \n ', none)).toEqual({ note: 'There is no text in it.', lines: '' });
  });
});
