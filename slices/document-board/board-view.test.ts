import { describe, expect, it } from 'vitest';
import { createTemplates } from '../../shared/web/templates.ts';
import { type BoardPageData, boardHref, boardPageView } from './board-view.ts';
import { boardRow } from './board-row.fixture.ts';

const everything = {
  status: null,
  sla: null,
  sort: 'newest',
  q: '',
  before: null,
  after: null,
  due: null,
} as const;
const none = {
  all: 0,
  received: 0,
  processing: 0,
  retrying: 0,
  failed: 0,
  completed: 0,
  cancelled: 0,
  'at-risk': 0,
  breached: 0,
};
const newer = boardRow({ id: '019aa6b3-1c40-7000-8000-000000000002', position: 18 });
const older = boardRow({ id: '019aa6b3-1c40-7000-8000-000000000001', position: 7 });

const data = (changes: Partial<BoardPageData> = {}): BoardPageData => ({
  query: everything,
  rows: [newer, older],
  hasOlder: false,
  hasNewer: false,
  hints: [],
  isForgiving: false,
  snippets: new Map(),
  counts: { ...none, all: 12_840, failed: 2 },
  revision: 41,
  position: 18,
  titles: new Map(),
  progress: new Map(),
  stuck: new Set(),
  now: new Date('2025-11-21T14:00:07Z'),
  canUpload: true,
  ...changes,
});
const view = (changes: Partial<BoardPageData> = {}) => boardPageView(data(changes));

describe('the address of a board page', () => {
  it('holds only what is asked for', () => {
    expect(boardHref(everything)).toBe('/');
    expect(boardHref({ ...everything, status: 'failed', q: 'a&b' })).toBe(
      '/?status=failed&q=a%26b',
    );
    const due = { ...everything, sla: 'at-risk', sort: 'due', before: 7, due: 5_000 } as const;
    expect(boardHref(due)).toBe('/?sla=at-risk&sort=due&before=7&due=5000');
  });
});

describe('the board page', () => {
  it('filters by chips that keep the search and start at the first page', () => {
    const query = { ...everything, status: 'failed', q: 'rent', before: older.position } as const;
    const { chips } = view({ query });
    expect(chips.map(({ status }) => status)).toEqual([
      'all',
      'received',
      'processing',
      'retrying',
      'failed',
      'completed',
      'cancelled',
    ]);
    expect(chips.find(({ status }) => status === 'all')).toEqual({
      status: 'all',
      word: 'All',
      count: '12,840',
      href: '/?q=rent',
      current: false,
    });
    expect(chips.filter(({ current }) => current).map(({ status }) => status)).toEqual(['failed']);
  });

  it('leads on by the positions at its ends', () => {
    const page = view({ hasOlder: true, hasNewer: true });
    expect(page.olderHref).toBe('/?before=7');
    expect(page.newerHref).toBe('/?after=18');
    expect(view()).toMatchObject({ olderHref: null, newerHref: null });
  });

  it('takes new rows by itself only where everything new belongs', () => {
    expect(view().takesNewRows).toBe(true);
    expect(view({ hasNewer: true }).takesNewRows).toBe(false);
    expect(view({ query: { ...everything, status: 'failed' } }).takesNewRows).toBe(false);
    expect(view({ query: { ...everything, q: 'rent' } }).takesNewRows).toBe(false);
  });

  it('sorted by what is due leads on by the due times at its ends', () => {
    const rows = [{ ...newer, slaOrder: 5_000 }, older];
    const page = view({
      query: { ...everything, sort: 'due' },
      rows,
      hasOlder: true,
      hasNewer: true,
    });
    expect(page.olderHref).toBe(`/?sort=due&before=7&due=${Number.MAX_SAFE_INTEGER}`);
    expect(page.newerHref).toBe('/?sort=due&after=18&due=5000');
    expect(page.sort).toEqual({ href: '/', isDue: true });
    expect(page.takesNewRows).toBe(false);
  });

  it('counts the promises to look after, and filters by them until the chip is used again', () => {
    const query = { ...everything, status: 'processing', sla: 'breached' } as const;
    expect(view({ query, counts: { ...none, breached: 3 } }).slaChips).toMatchObject([
      { status: 'at-risk', count: '0', href: '/?status=processing&sla=at-risk', current: false },
      { status: 'breached', count: '3', href: '/?status=processing', current: true },
    ]);
  });

  it('says in its caption what it shows', () => {
    const late = { ...everything, sla: 'breached', sort: 'due' } as const;
    expect(view({ query: late }).caption).toBe('All documents, breached, what is due first');
    expect(view().caption).toBe('All documents, newest first');
    expect(view({ query: { ...everything, status: 'failed', q: 'rent' } }).caption).toBe(
      'Failed documents matching “rent”, newest first',
    );
  });
});

describe('the template of the board', () => {
  const templates = createTemplates();
  const html = (changes: Partial<BoardPageData> = {}) =>
    templates.render('slices/document-board/page.njk', {
      title: 'Board',
      active: 'board',
      live: true,
      viewer: { name: 'Ada', role: 'operator' },
      failed: 3,
      board: view(changes),
    });

  it('streams on from the revision of its rows', () => {
    expect(html()).toContain('hx-sse:connect="/documents/stream?after=41"');
    expect(html()).toContain('hx-swap="upsert key:data-order sort:desc"');
  });

  it('teaches where nothing was ever received', () => {
    const empty = html({ rows: [], counts: none });
    expect(empty).toContain('Try it with sample documents');
    expect(html({ rows: [], counts: none, canUpload: false })).not.toContain('sample documents');
  });

  it('says what was searched in vain, escaped', () => {
    const text = html({ rows: [], query: { ...everything, q: '<b>' } });
    expect(text).toContain('No document matches “&lt;b&gt;”');
  });

  it('can upload without a script, and only who may', () => {
    expect(html()).toMatch(/<form[^>]*action="\/documents" enctype="multipart\/form-data">/);
    expect(html({ canUpload: false })).not.toContain('multipart/form-data');
  });

  it('has neither inline style nor script, which the content policy refuses', () => {
    expect(html()).not.toMatch(/ style=|\son\w+=|hx-on|<script(?![^>]* src=)/);
  });
});
