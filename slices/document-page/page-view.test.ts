import { describe, expect, it } from 'vitest';
import { createTemplates } from '../../shared/web/templates.ts';
import type { BoardRow } from '../document-board/board-row.contract.ts';
import { NOT_DUE } from '../sla-tracking/document-sla.contract.ts';
import { fieldViews } from './fields-view.ts';
import { type DocumentPageData, type StepData, documentPageView } from './page-view.ts';

const at = (time: string) => new Date(`2025-11-21T${time}Z`);
const id = '019aa6b3-1c40-7000-8000-000000000001';

const document: BoardRow = {
  id,
  position: 1,
  fileName: '<evil>.pdf',
  bytes: 84_300,
  mediaType: 'application/pdf',
  kind: null,
  language: null,
  title: null,
  pages: 14,
  status: 'processing',
  step: 'text-extraction',
  plan: ['inspection', 'text-extraction', 'translation'],
  finished: 1,
  attempts: 2,
  error: null,
  retry: null,
  duplicateOf: null,
  slaState: null,
  slaDueAt: null,
  slaOrder: NOT_DUE,
  receivedAt: at('14:00:00'),
  updatedAt: at('14:00:05'),
  endedAt: null,
  revision: 7,
};

const step = (slug: string, changes: Partial<StepData>): StepData => ({
  slug,
  title: slug,
  state: 'waiting',
  attempts: 0,
  startedAt: null,
  endedAt: null,
  progress: null,
  ...changes,
});

const running = step('text-extraction', {
  title: 'Text extraction',
  state: 'running',
  attempts: 2,
  startedAt: at('14:00:02'),
  progress: { done: 5, total: 14 },
});

const data = (changes: Partial<DocumentPageData> = {}): DocumentPageData => ({
  document,
  steps: [
    step('inspection', { state: 'done', startedAt: at('14:00:00'), endedAt: at('14:00:01') }),
    running,
    step('translation', {}),
  ],
  clocks: [],
  findings: { title: null, language: null, kind: null },
  fields: [],
  text: null,
  reading: null,
  q: '',
  hasPreview: false,
  hasFields: false,
  duplicate: null,
  hasFailed: false,
  actions: [],
  notifications: [],
  endpoints: new Map(),
  history: [],
  now: at('14:00:07'),
  ...changes,
});
const view = (changes: Partial<DocumentPageData> = {}) => documentPageView(data(changes));
const failed = (kind: 'transient' | 'permanent', status: BoardRow['status'] = 'failed') => ({
  document: { ...document, status, attempts: 4, error: { code: 'x', kind, message: 'Why.' } },
  steps: [{ ...running, state: 'failed' as const, progress: null }],
});
const retrying = () => {
  const given = failed('transient', 'retrying');
  const retry = { dueAt: at('14:00:17').toISOString(), attempt: 2, attempts: 4 };
  return {
    document: { ...given.document, retry },
    steps: [{ ...running, state: 'retrying' as const, progress: null }],
  };
};

describe('how a text was read', () => {
  it('says how sure a recognition is, and what is wrong with it', () => {
    const warnings = ['Page 2 was hard to read (OCR confidence 41 of 100)'];
    const { facts } = view({ reading: { ocrPages: 3, ocrConfidence: 57.6, warnings } });
    expect(facts).toContainEqual({
      name: 'Read',
      value: '3 pages by text recognition',
      confidence: '58 % sure',
      evidence: null,
    });
    expect(facts).toContainEqual(expect.objectContaining({ name: 'Note', value: warnings[0] }));
  });
});

describe('the steps of a document', () => {
  it('tell state, duration and progress of each, however many there are', () => {
    const { steps, segments } = view();
    expect(steps.map(({ stateWord }) => stateWord)).toEqual(['Done', 'Running', 'Waiting']);
    expect(steps.map(({ duration }) => duration?.text)).toEqual(['1 s', '5 s', undefined]);
    expect(steps[1]).toMatchObject({ progress: { text: '5 of 14 pages' }, attempts: 2 });
    expect(segments.map(({ state }) => state)).toEqual(['done', 'running', 'waiting']);
  });

  it('show a failed step that will be tried again as such', () => {
    expect(view(retrying()).segments[0]?.state).toBe('retrying');
    expect(view(failed('transient')).segments[0]?.state).toBe('failed');
  });
});

describe('advice', () => {
  it('is given for a permanent failure and for one that was given up', () => {
    expect(view(failed('permanent')).advice).toMatchObject({
      headline: 'Text extraction failed',
      message: 'Why.',
      whatToDo: expect.stringContaining('Correct the file'),
    });
    expect(view(failed('transient')).advice?.whatToDo).toContain('Given up after 4 attempts');
  });

  it('says when the next attempt starts', () => {
    expect(view(retrying()).advice).toMatchObject({
      status: 'retrying',
      retry: { due: { text: 'in 10 s' }, count: '2 of 4' },
    });
  });

  it('is not given once the document completed or was cancelled, or without an error', () => {
    expect(view(failed('transient', 'completed')).advice).toBeNull();
    expect(view(failed('transient', 'cancelled')).advice).toBeNull();
    expect(view().advice).toBeNull();
  });
});

describe('what was found', () => {
  it('is told with how sure it is and the words it rests on, and where they stand', () => {
    const title = { value: 'Rent', confidence: null, evidence: [] };
    const evidence = [
      { kind: 'letter', words: 'Betreff', page: 1, weight: 2 },
      { kind: 'letter', words: 'letter.pdf', page: null, weight: 1 },
    ] as const;
    const kind = { value: 'letter', confidence: 0.874, evidence };
    const language = { value: 'de', confidence: 0.99, evidence: [] };
    expect(view({ findings: { title, kind, language } }).facts.slice(0, 3)).toEqual([
      { name: 'Title', value: 'Rent', confidence: null, evidence: null },
      {
        name: 'Kind',
        value: 'Letter',
        confidence: '87 % sure',
        evidence: '“Betreff” (page 1), “letter.pdf”',
      },
      { name: 'Language', value: 'German', confidence: '99 % sure', evidence: null },
    ]);
  });

  it('without a clear kind tells which kinds the words speak for', () => {
    const evidence = [{ kind: 'credit-note', words: 'Storno', page: 2, weight: 1 }] as const;
    const kind = { value: 'other', confidence: 0.6, evidence };
    expect(view({ findings: { title: null, kind, language: null } }).facts[0]?.evidence).toBe(
      '“Storno” (page 2) for credit note',
    );
  });

  it('shows of each field where it stands, how sure it is, and what else it may be', () => {
    const [date] = fieldViews([
      {
        name: 'date',
        value: '2024-03-04',
        page: 2,
        source: 'Date 03/04/2024',
        confidence: 0.534,
        otherReading: '2024-04-03',
        alternatives: [
          {
            value: '2024-02-01',
            page: null,
            source: 'IssueDate',
            confidence: 0.99,
            origin: 'x.xml',
          },
        ],
      },
    ]);
    expect(date).toMatchObject({
      label: 'Date',
      page: '2',
      confidence: '53 %',
      doubtful: true,
      origin: null,
      otherReading: '2024-04-03',
      others: [{ page: '', confidence: '99 %', doubtful: false, origin: 'x.xml' }],
    });
  });

  it('can be downloaded as far as it exists', () => {
    const names = (changes: Partial<DocumentPageData>) =>
      view(changes).downloads.map(({ name }) => name);
    expect(names({})).toEqual(['Original']);
    const text = 'a'.repeat(20_009);
    expect(names({ text, hasFields: true })).toEqual(['Original', 'Text', 'Fields (JSON)']);
    expect(view({ text }).text).toMatchObject({ isWhole: false, size: '20,009 characters' });
  });

  it('keeps a place for the preview only while one may come', () => {
    expect(view().previewExpected).toBe(true);
    expect(view(failed('permanent')).previewExpected).toBe(false);
  });
});

const entry = (version: number, causeId: string | null) => ({
  id: `event-id-${version}`,
  position: 120_000n + BigInt(version),
  version,
  type: 'DocumentReceived',
  sentence: `Sentence ${version}.`,
  actor: null,
  at: at('14:00:00'),
  causeId,
  json: { position: 120_000n },
});

describe('the history', () => {
  it('links each event to the one that caused it, where that is in the same history', () => {
    const { history } = view({
      history: [entry(1, null), entry(2, 'event-id-1'), entry(3, 'elsewhere')],
    });
    expect(history.map(({ cause }) => cause)).toEqual([
      null,
      { href: '#event-event-id-1', text: 'because of no. 1' },
      null,
    ]);
  });

  it('shows the stored event as it is, positions of any size included', () => {
    expect(view({ history: [entry(1, null)] }).history[0]?.json).toContain('"position": 120000');
  });
});

describe('the templates of a document', () => {
  const templates = createTemplates();
  const evil = {
    value: '<evil>',
    page: null,
    source: '<evil>',
    confidence: 0.5,
    otherReading: '<evil>',
    origin: '<evil>',
  };
  const everything = data({
    findings: {
      title: {
        value: '<evil>',
        confidence: 0.5,
        evidence: [{ kind: 'letter', words: '<evil>', page: 1, weight: 1 }],
      },
      language: null,
      kind: null,
    },
    fields: [
      {
        name: '<evil>',
        ...evil,
        alternatives: [evil],
      },
    ],
    text: '<evil>',
    q: 'evil',
    hasPreview: true,
    hasFields: true,
    duplicate: { id, fileName: '<evil>' },
    history: [
      {
        id,
        position: 1,
        version: 1,
        type: 'DocumentReceived',
        sentence: '<evil>',
        actor: '<evil>',
        at: at('14:00:00'),
        causeId: null,
        json: { text: '</pre><evil>' },
      },
    ],
  });

  it('escape whatever people or documents say', () => {
    const body = templates.render('slices/document-page/body.njk', {
      doc: documentPageView(everything),
    });
    expect(body).not.toMatch(/<(script|evil)>/);
    expect(body.trim()).toMatch(/^<article [^>]*id="document"/);
  });

  it('show whatever stands beside an error', () => {
    const doc = documentPageView(data(failed('permanent')));
    expect(templates.render('slices/document-page/body.njk', { doc })).toContain('Why.');
  });

  it('stream on from what the page shows', () => {
    const page = templates.render('slices/document-page/page.njk', {
      title: 'Document',
      active: 'board',
      live: true,
      viewer: null,
      doc: view(),
    });
    expect(page).toContain(`hx-sse:connect="/documents/${id}/stream?after=7"`);
    expect(page).not.toMatch(/ style=|\son\w+=|hx-on|<script(?![^>]* src=)/);
  });
});
