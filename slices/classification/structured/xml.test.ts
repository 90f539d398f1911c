import { describe, expect, it } from 'vitest';
import { parseXml, select } from './xml.ts';

const namesOf = (xml: string, path: string) => {
  const root = parseXml(Buffer.from(xml));
  return root === null ? null : select(root, path).map(({ text }) => text);
};

describe('XML', () => {
  it('is read whatever its prefixes, with several names or a scheme at a step of a path', () => {
    const xml = '<a:r xmlns:a="x"><b:c>1</b:c><d><e schemeID="VA">2</e><e>3</e></d></a:r>';
    expect(namesOf(xml, 'c')).toEqual(['1']);
    expect(namesOf(xml, 'c|d/e')).toEqual(['2', '3']);
    expect(namesOf(xml, 'd/e@VA')).toEqual(['2']);
    expect(namesOf(xml, 'none/e')).toEqual([]);
  });

  it.each([
    ['UTF-16', Buffer.from('\uFEFF<r><a>ü</a></r>', 'utf16le')],
    ['UTF-8 with a mark', Buffer.from('\uFEFF<r><a>ü</a></r>')],
    [
      'what it declares',
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><r><a>ü</a></r>', 'latin1'),
    ],
    ['UTF-8, declared as nothing known', Buffer.from('<?xml encoding="x-none"?><r><a>ü</a></r>')],
  ])('is read in %s', (_, bytes) => {
    const root = parseXml(bytes);
    expect(root && select(root, 'a')[0]?.text).toBe('ü');
  });

  it.each([
    ['deeper than any document', '<a>'.repeat(100_000)],
    ['with millions of elements', `<a>${'<b/>'.repeat(1_000_001)}</a>`],
    ['larger than any document', ' '.repeat(33 * 1024 * 1024)],
  ])('%s is refused', (_, xml) => {
    expect(parseXml(Buffer.from(xml))).toBeNull();
  });

  it('that breaks off keeps what it said', () => {
    expect(namesOf('<r><a>1</a><b>2', 'b')).toEqual(['2']);
  });
});
