import { describe, expect, it } from 'vitest';
import {
  bytesText,
  countText,
  durationView,
  endOf,
  fieldLabel,
  kindName,
  languageName,
  mediaTypeName,
  momentView,
  percentOf,
  sentenceCase,
  stepTitle,
} from './board-row.contract.ts';

const at = (time: string) => new Date(`2025-11-21T${time}Z`);

describe('percent', () => {
  it.each([
    [0, 4, 0],
    [1, 4, 25],
    [2, 3, 66],
    [5, 5, 100],
    [0, 0, 100],
  ])('%i of %i steps are %i %%', (finished, planned, percent) => {
    expect(percentOf({ finished, plan: Array.from({ length: planned }, String) })).toBe(percent);
  });
});

describe('a moment', () => {
  it.each([
    ['14:02:05', 'now'],
    ['14:02:04', '1 second ago'],
    ['14:02:00', '5 seconds ago'],
    ['14:01:05', '1 minute ago'],
    ['13:02:05', '1 hour ago'],
    ['02:02:06', '11 hours ago'],
    ['14:02:07', 'now'],
    ['14:02:45', 'in 40 seconds'],
  ])('%s is told at 14:02:05 as "%s"', (time, text) => {
    expect(momentView(at(time), at('14:02:05')).text).toBe(text);
  });

  it('is told by its date once it is long ago', () => {
    expect(momentView(new Date('2025-01-31T23:00:00Z'), at('14:02:05')).text).toBe('2025-01-31');
  });

  it('has an exact text for hovering, and one for machines', () => {
    expect(momentView(at('14:02:05'), at('15:00:00'))).toMatchObject({
      iso: '2025-11-21T14:02:05.000Z',
      exact: '21 Nov 2025, 14:02:05 UTC',
    });
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [40, '40 ms'],
    [840, '0.8 s'],
    [9_990, '9.9 s'],
    [42_700, '42 s'],
    [185_000, '3 min 05 s'],
    [7_440_000, '2 h 04 min'],
    [273_600_000, '3 d 04 h'],
  ])('of %i ms is told as "%s"', (ms, text) => {
    const start = at('00:00:00');
    expect(durationView(start, new Date(start.getTime() + ms), start).text).toBe(text);
  });

  it('that runs has whole seconds and says since when, so that the browser can tick it', () => {
    const view = durationView(at('14:00:00'), null, new Date(at('14:00:07').getTime() + 400));
    expect(view).toEqual({ iso: 'PT7.400S', text: '7 s', since: '2025-11-21T14:00:00.000Z' });
  });

  it('that ended does not tick', () => {
    expect(durationView(at('14:00:00'), at('14:00:03'), at('15:00:00'))).toEqual({
      iso: 'PT3.000S',
      text: '3 s',
      since: null,
    });
  });
});

describe('the end', () => {
  const updatedAt = at('14:00:00');

  it('of a document that moves is not known', () => {
    expect(endOf({ status: 'retrying', endedAt: null, updatedAt })).toBeNull();
  });

  it('of a failed one without a stated end is its last change', () => {
    expect(endOf({ status: 'failed', endedAt: null, updatedAt })).toBe(updatedAt);
  });
});

describe('words', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [84_300, '84 kB'],
    [999_600, '1.0 MB'],
    [2_147_483_648, '2.1 GB'],
  ])('%i bytes are "%s"', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it('count in the singular and in the plural', () => {
    expect(countText(1, 'page')).toBe('1 page');
    expect(countText(1204, 'page')).toBe('1,204 pages');
  });

  it('name languages and types, and leave unknown ones as they are', () => {
    expect(languageName('de')).toBe('German');
    expect(languageName('not a code')).toBe('not a code');
    expect(mediaTypeName('application/pdf')).toBe('PDF');
    expect(mediaTypeName('application/x-new')).toBe('application/x-new');
  });

  it('name steps by the list of steps, and those that left it by their slug', () => {
    expect(stepTitle('inspection', new Map([['inspection', 'Inspection']]))).toBe('Inspection');
    expect(stepTitle('old-step', new Map())).toBe('Old step');
    expect(sentenceCase('purchase-order')).toBe('Purchase order');
    expect(['credit-note', 'e-mail'].map(kindName)).toEqual(['Credit note', 'E-mail']);
  });

  it.each([
    ['documentNumber', 'Document number'],
    ['iban', 'IBAN'],
    ['vatId', 'VAT ID'],
    ['somethingNew', 'Something new'],
  ])('labels the field %s "%s"', (name, label) => {
    expect(fieldLabel(name)).toBe(label);
  });
});
