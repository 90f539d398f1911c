import { describe, expect, it } from 'vitest';
import { createTemplates } from '../../shared/web/templates.ts';
import type { BoardRow, StepProgress } from './board-row.contract.ts';
import { boardRow } from './board-row.fixture.ts';
import { rowView } from './row-view.ts';

const titles = new Map([['text-extraction', 'Text extraction']]);
const now = new Date('2025-11-21T14:00:07Z');
const view = (changes: Partial<BoardRow> = {}, progress: StepProgress | null = null) =>
  rowView(boardRow(changes), titles, progress, now);
const states = (changes: Partial<BoardRow>) => view(changes).segments.map(({ state }) => state);

const extracting: Partial<BoardRow> = {
  status: 'processing',
  step: 'text-extraction',
  finished: 1,
  attempts: 1,
};
const failure = { code: 'pdf-encrypted', kind: 'permanent', message: 'Protected.\nat x' } as const;

describe('the promise of a row', () => {
  const due = { slaDueAt: new Date('2025-11-21T14:01:00Z'), slaOrder: 0 };

  it('is told with the time that is left, or that it is late', () => {
    expect(view({ ...due, slaState: 'at-risk' }).sla).toMatchObject({
      word: 'At risk',
      left: { text: '53 s left', iso: '2025-11-21T14:01:00.000Z' },
      late: null,
    });
    const past = { slaState: 'breached', slaDueAt: new Date('2025-11-21T13:58:00Z') } as const;
    expect(view({ ...past, status: 'failed' }).sla?.left?.text).toBe('2 min 07 s late');
  });

  it('has no time left once the document has ended, but tells how late that was', () => {
    const ended = { ...due, status: 'completed', slaState: 'met' } as const;
    expect(view({ ...ended, endedAt: new Date('2025-11-21T14:00:30Z') }).sla).toMatchObject({
      left: null,
      late: null,
    });
    const late = {
      ...ended,
      slaState: 'met-late',
      endedAt: new Date('2025-11-21T14:01:05Z'),
    } as const;
    expect(view(late).sla).toMatchObject({ word: 'Met late', left: null, late: '5 s late' });
  });

  it('is none where nothing was promised', () => expect(view().sla).toBeNull());
});

describe('the progress of a row', () => {
  it('is a segment a planned step, however many there are', () => {
    const plan = ['inspection', 'text-extraction', 'classification', 'translation', 'publication'];
    expect(states({ ...extracting, plan })).toEqual([
      'done',
      'running',
      'waiting',
      'waiting',
      'waiting',
    ]);
  });

  it.each<[BoardRow['status'], string]>([
    ['processing', 'running'],
    ['retrying', 'retrying'],
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
  ])('of a document that is %s shows where it stands', (status, segment) => {
    expect(states({ ...extracting, status })).toEqual(['done', segment, 'waiting', 'waiting']);
  });

  it('is empty before the first step and full after the last', () => {
    expect(states({ step: 'inspection' })).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    expect(states({ status: 'completed', finished: 4 })).toEqual(['done', 'done', 'done', 'done']);
  });

  it('keeps what was done behind a step that runs again', () => {
    expect(states({ ...extracting, step: 'inspection', finished: 2 })).toEqual([
      'running',
      'done',
      'waiting',
      'waiting',
    ]);
  });

  it('counts the pages inside the running step, and steps otherwise', () => {
    expect(view(extracting, { done: 2, total: 12 }).progressText).toBe('page 3 of 12');
    expect(view(extracting, { done: 12, total: 12 }).progressText).toBe('page 12 of 12');
    expect(view(extracting).progressText).toBe('1 of 4 steps');
    expect(view(extracting).progressLabel).toBe('25 percent, Text extraction, 1 of 4 steps');
  });

  it('of pages is gone with the step', () => {
    const failed = view({ ...extracting, status: 'failed' }, { done: 2, total: 12 });
    expect(failed.segments.every(({ progress }) => progress === null)).toBe(true);
  });
});

describe('a row', () => {
  it('tells what is known about the document so far', () => {
    expect(view().details).toBe('84 kB');
    expect(view({ mediaType: 'application/pdf', pages: 3 }).details).toBe('PDF · 3 pages · 84 kB');
    expect(
      view({ mediaType: 'application/pdf', kind: 'invoice', language: 'de', title: 'Rechnung 7' })
        .details,
    ).toBe('Rechnung 7 · Invoice · German · 84 kB');
  });

  it('tells the first line of an error until the document completes', () => {
    expect(view({ ...extracting, status: 'failed', error: failure }).error).toBe('Protected.');
    expect(view({ status: 'completed', error: failure }).error).toBeNull();
  });

  it('ticks while the document moves and stands still afterwards', () => {
    expect(view(extracting).duration).toMatchObject({ text: '7 s', since: expect.any(String) });
    const updatedAt = new Date('2025-11-21T14:00:03Z');
    expect(view({ status: 'failed', updatedAt }).duration).toMatchObject({
      text: '3 s',
      since: null,
    });
  });

  it('glows for news and not for pages', () => {
    const first = view(extracting, { done: 1, total: 9 });
    expect(view(extracting, { done: 2, total: 9 }).glow).toBe(first.glow);
    expect(view({ ...extracting, attempts: 2 }).glow).not.toBe(first.glow);
    expect(view({ ...extracting, status: 'failed' }).glow).not.toBe(first.glow);
  });
});

describe('the template of a row', () => {
  const templates = createTemplates();
  const html = (changes: Partial<BoardRow>, progress: StepProgress | null = null) =>
    templates.render('slices/document-board/row.njk', { row: view(changes, progress) });

  it('gives nothing but a <tr> that names the document and its status', () => {
    const text = html(extracting, { done: 2, total: 12 }).trim();
    expect(text).toMatch(/^<tr [^>]*id="document-019aa6b3-1c40-7000-8000-000000000001"/);
    expect(text).toMatch(/^<tr [^>]*data-status="processing"/);
    expect(text).toMatch(/<\/tr>$/);
    expect(text).toContain('max="12" value="2"');
  });

  it('is small, for it goes to every browser at every change', () => {
    expect(Buffer.byteLength(html(extracting, { done: 2, total: 12 }))).toBeLessThan(2_500);
  });

  it('escapes what people wrote', () => {
    const text = html({
      fileName: '<img src=x onerror=alert(1)>.pdf',
      status: 'failed',
      error: { ...failure, message: '<b>"no"</b>' },
    });
    expect(text).not.toMatch(/<img|<b>/);
  });

  it('has neither inline style nor script, which the content policy refuses', () => {
    expect(html({ ...extracting, duplicateOf: 'x' })).not.toMatch(/ style=| on\w+=|<script/);
  });
});
