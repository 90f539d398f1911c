import { describe, expect, it } from 'vitest';
import { excerptView, sectionsOf, textPageView } from './text-view.ts';

const id = '019aa6b3-1c40-7000-8000-000000000001';
const nothing = { q: '', language: null };
const needle = { q: 'needle', language: 'en' };
const textOf = (sections: readonly { stretches: { text: string }[] }[]) =>
  sections.map(({ stretches }) => stretches.map(({ text }) => text).join(''));

describe('the sections of a text', () => {
  it('are its pages, named where there are several', () => {
    expect(sectionsOf('one')).toEqual([{ title: null, text: 'one' }]);
    expect(sectionsOf('one\ftwo\f')).toEqual([
      { title: 'Page 1', text: 'one' },
      { title: 'Page 2', text: 'two' },
      { title: 'Page 3', text: '' },
    ]);
  });

  it('are pieces of a very long page', () => {
    const text = 'x'.repeat(120_000);
    const sections = sectionsOf(`${text}\fend`);
    expect(sections.map(({ title }) => title)).toEqual([
      'Page 1',
      'Page 1, continued',
      'Page 1, continued',
      'Page 2',
    ]);
    expect(sections.map((each) => each.text).join('')).toBe(`${text}end`);
  });
});

describe('the beginning of a text', () => {
  it('is the whole of a short one', () => {
    const view = excerptView(id, 'one\ftwo', nothing);
    expect(textOf(view.sections)).toEqual(['one', 'two']);
    expect(view).toMatchObject({ isWhole: true, passages: [], href: `/documents/${id}/text` });
  });

  it('ends somewhere in a long one', () => {
    const view = excerptView(id, `${'x'.repeat(15_000)}\f${'y'.repeat(15_000)}\fz`, nothing);
    expect(textOf(view.sections).map(({ length }) => length)).toEqual([15_000, 5_000]);
    expect(view).toMatchObject({ isWhole: false, size: '30,003 characters' });
  });

  it('marks what was searched for, and leads to where it is', () => {
    const view = excerptView(id, `hay\fthe needle\f${'x '.repeat(20_000)}\fa needle`, needle);
    expect(view.sections[1]?.stretches).toEqual([
      { text: 'the ', mark: false },
      { text: 'needle', mark: true },
    ]);
    expect(view.passages.map(({ title, href }) => [title, href])).toEqual([
      ['Page 2', `/documents/${id}/text?q=needle&from=1#section-1`],
      ['Page 4', `/documents/${id}/text?q=needle&from=3#section-3`],
    ]);
  });
});

describe('the page of a text', () => {
  const long = Array.from({ length: 10 }, (_, page) => `${page} needle ${'x'.repeat(49_000)}`);

  it('shows some sections at a time, and leads to the others and back', () => {
    const seen: string[] = [];
    let from = 0;
    for (;;) {
      const view = textPageView(id, long.join('\f'), nothing, from);
      seen.push(...view.sections.map((section) => section.id));
      if (view.nextHref === null) break;
      from = Number(new URL(view.nextHref, 'http://x').searchParams.get('from'));
    }
    expect(seen).toEqual(long.map((_, index) => `section-${index}`));
    const last = textPageView(id, long.join('\f'), nothing, 8);
    expect(last.previousHref).toBe(`/documents/${id}/text?from=4`);
    expect(textPageView(id, long.join('\f'), nothing, 4).sections.at(-1)?.id).toBe('section-7');
  });

  it('counts what was found', () => {
    expect(textPageView(id, 'a needle\fneedles', needle, 0).found).toBe('2 places found');
    expect(textPageView(id, long.join('\f'), needle, 0).found).toBe('4 places here found');
    expect(textPageView(id, 'hay', needle, 0).found).toBe('0 places found');
    expect(textPageView(id, 'hay', nothing, 0).found).toBeNull();
  });

  it('is empty beyond the end', () => {
    expect(textPageView(id, 'hay', nothing, 9)).toMatchObject({ sections: [], nextHref: null });
  });
});
