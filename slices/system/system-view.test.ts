import { describe, expect, it } from 'vitest';
import { createTemplates } from '../../shared/web/templates.ts';
import { type SystemPageData, systemPageView } from './system-view.ts';

const data: SystemPageData = {
  head: 1_204_331n,
  browsers: 3,
  subscriptions: [
    { name: 'board', kind: 'projection', checkpoint: 1_204_331n, lag: 0, parked: [] },
    {
      name: 'retry-policy',
      kind: 'decision',
      checkpoint: 1_204_300,
      lag: 31,
      parked: [{ stream: 'document-1', error: '<b>TypeError</b>' }],
    },
  ],
  queues: [
    { name: 'inspection', waiting: 0, active: 0, failed: 0, oldestAt: null },
    {
      name: 'text-extraction',
      waiting: 1_280,
      active: 2,
      failed: 1,
      oldestAt: new Date('2025-11-21T14:00:00Z'),
    },
  ],
  readModels: [
    { name: 'board', rows: { about: 9_840, exact: true }, rebuild: null },
    {
      name: 'search',
      rows: { about: 214_000, exact: false },
      rebuild: { done: 40_000, total: 1_204_331 },
    },
  ],
  parsers: { weaknesses: [] },
  clamd: null,
  events: [
    { type: 'DocumentReceived', slice: 'receive-document', listeners: ['board', 'inspection'] },
    { type: 'DocumentLost', slice: 'receive-document', listeners: [] },
  ],
  canRebuild: true,
  revision: 5,
  now: new Date('2025-11-21T14:00:42Z'),
};
const templates = createTemplates();
const body = (changes: Partial<SystemPageData> = {}) =>
  templates.render('slices/system/body.njk', { system: systemPageView({ ...data, ...changes }) });

describe('the system screen', () => {
  it('groups digits and tells how long the oldest job waits', () => {
    const view = systemPageView(data);
    expect(view.head).toBe('1,204,331');
    expect(view.queues.map(({ oldest }) => oldest?.text)).toEqual([undefined, '42 seconds ago']);
  });

  it('shows parked streams with their error, escaped', () => {
    expect(body()).toContain('&lt;b&gt;TypeError&lt;/b&gt;');
  });

  it('shows the progress of a rebuild instead of its button', () => {
    expect(body()).toContain('40,000 of 1,204,331 events');
    expect(body().match(/\/rebuild"/g)).toEqual(['/rebuild"']);
    expect(body({ canRebuild: false })).not.toContain('/rebuild"');
  });

  it('says where a number of rows is an estimate', () => {
    const rows = systemPageView(data).readModels.map((model) => model.rows);
    expect(rows).toEqual(['9,840', 'about 214,000']);
  });

  it('says what keeps parsers less well shut in', () => {
    expect(body()).toContain('This system offers everything');
    const weaknesses = ['Only Node.js keeps parsers from the network.'];
    expect(body({ parsers: { weaknesses } })).toContain(`<li>${weaknesses[0]}</li>`);
  });

  it('says whether files are checked for malware', () => {
    expect(body()).toContain('set CLAMD_HOST');
    expect(body({ clamd: 'av.example:3310' })).toContain('clamd at av.example:3310');
  });

  it('names events that nobody listens to', () => {
    expect(body()).toMatch(/DocumentLost.*nobody/s);
  });
});
