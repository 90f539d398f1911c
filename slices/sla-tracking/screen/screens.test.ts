import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../../tests/app.ts';
import { gatedSteps } from '../../../tests/browser/gated-steps.ts';

const gates = gatedSteps();
let app: TestApp;
let late = '';
const NAME = '=1+1.txt';

const get = async (path: string, accept = 'text/html') => {
  const answer = await app.ask(path, { as: 'viewer', headers: { accept } });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  };
};
const post = (path: string, form: Record<string, string>, as: 'admin' | 'operator' = 'admin') =>
  app.ask(path, { as, method: 'POST', redirect: 'manual', body: new URLSearchParams(form) });

interface Figures {
  totals: { completed: number; met: number; missed: number; share: number | null };
  durations: { clock: string; start: string | null; ended: number; p50: number; p99: number }[];
  causes: { clock: string; step: string | null; phase: string | null; missed: number }[];
  open: { onTrack: number; breached: number };
  late: { id: string; fileName: string }[];
  oldest: { id: string } | null;
}
const figures = async () => (await (await app.ask('/api/sla', { as: 'viewer' })).json()) as Figures;

async function untilFigures(isSo: (figures: Figures) => boolean): Promise<Figures> {
  for (;;) {
    const now = await figures();
    if (isSo(now)) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  app = await startTestApp({ steps: gates.steps });
});
afterAll(() => app.stop());

describe('targets on their page', () => {
  it('are shown to all, and changed by administrators, each time with a reason', async () => {
    const page = await get('/sla/targets');
    expect(page.text).toContain('Whole document: 15 min');
    expect(page.text).not.toContain('/sla/targets/default');
    expect((await get('/sla/targets/default')).status).toBe(403);
    const form = { version: '1', document: '0.005', reason: 'Everything is late.' };
    expect((await post('/sla/targets/default/save', form, 'operator')).status).toBe(403);
    expect((await post('/sla/targets/default/save', { ...form, reason: ' ' })).status).toBe(422);
    expect((await post('/sla/targets/default/save', { ...form, document: 'soon' })).status).toBe(
      422,
    );
    const answer = await post('/sla/targets/default/save', form);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sla/targets']);
    const changed = await get('/sla/targets');
    expect(changed.text).toContain('Everything is late.');
    expect(changed.text).toContain('Whole document: 0.3 s');
    // Who has not seen that change does not undo it.
    expect((await post('/sla/targets/default/save', form)).status).toBe(409);
  });

  it('are added with hours, moved and removed', async () => {
    const hours = { calendar: 'business', timeZone: 'Europe/Berlin', 'day-1': '9:00-17:00' };
    const added = { document: '60', source: 'shop', ...hours, reason: 'A new shop.' };
    await post('/sla/targets/new/save', { ...added, version: '2', name: 'Shop' });
    await post('/sla/targets/new/save', { ...added, version: '3', name: 'Other', source: 'b' });
    const form = await app.ask('/sla/targets/0', { as: 'admin' });
    expect(await form.text()).toContain('value="09:00-17:00"');
    expect((await post('/sla/targets/1/up', { version: '4', reason: 'First.' })).status).toBe(303);
    const page = (await get('/sla/targets')).text;
    expect(page.indexOf('Other')).toBeLessThan(page.indexOf('Shop'));
    expect(page).toContain('Mon 09:00–17:00 (Europe/Berlin)');
    const wrong = { ...added, version: '5', name: 'Nowhere', timeZone: 'Atlantis' };
    expect((await post('/sla/targets/new/save', wrong)).status).toBe(422);
    for (const version of ['5', '6'])
      expect((await post('/sla/targets/0/remove', { version, reason: 'Closed.' })).status).toBe(
        303,
      );
    expect((await post('/sla/targets/0/remove', { version: '7', reason: 'Again.' })).status).toBe(
      404,
    );
  });
});

describe('the figures', () => {
  it('are nothing before there is a document', async () => {
    expect(await figures()).toMatchObject({ totals: { completed: 0, share: null }, oldest: null });
    expect((await get('/sla')).text).toContain('No document yet');
  });

  it('tell of a document that is late, and of its end', async () => {
    const [uploaded] = await app.upload({ name: NAME, content: 'It takes its time.' });
    late = uploaded?.id ?? '';
    const before = await untilFigures(
      ({ causes, late, totals }) =>
        causes.some(({ step }) => step !== null) && late.length === 1 && totals.missed === 1,
    );
    expect(before).toMatchObject({
      totals: { completed: 0, met: 0, missed: 1, share: 0 },
      open: { onTrack: 0, breached: 1 },
      late: [{ id: late, fileName: NAME }],
      oldest: { id: late },
    });
    expect(before.causes).toMatchObject([{ clock: 'document', step: 'reading', missed: 1 }]);
    for (const _step of gates.steps) gates.finish(late);
    const after = await untilFigures(({ totals, oldest }) => totals.completed === 1 && !oldest);
    expect(after).toMatchObject({ totals: { missed: 1 }, open: { breached: 0 }, oldest: null });
    const took = after.durations.filter(({ start }) => start === null);
    expect(took.map(({ clock }) => clock)).toEqual(['document', 'filing', 'reading']);
    const document = await app.document(late);
    expect(took[0]).toMatchObject({
      ended: 1,
      p50: document['durationMs'],
      p99: document['durationMs'],
    });
  });

  it('stand on the page, for every period and target', async () => {
    for (const query of ['', '?period=7d', '?period=30d', '?period=90d', '?target=Default']) {
      const page = await get(`/sla${query}`);
      expect([query, page.status]).toEqual([query, 200]);
      expect(page.text).toMatch(/id="tile-missed">\s*<dt>Missed<\/dt>\s*<dd><b>1</);
      expect(page.text).toContain(NAME);
      expect(page.text.match(/role="img"/g)?.length).toBe(5);
    }
    expect((await get('/sla?target=Nobody')).text).toContain('Nothing in this period.');
    expect((await get('/sla?period=1y')).status).toBe(400);
  });

  it('are exported as CSV, in which names are no formulas', async () => {
    const lines = await get('/sla/figures.csv');
    expect([lines.status, lines.type]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(lines.text).toMatch(/^from,hours,clock,ended,p50Ms,p95Ms,p99Ms,met,missed\n/);
    expect(lines.text.trimEnd().split('\n')).toHaveLength(1 + 3 * 24);
    const breaches = await get('/sla/breaches.csv');
    expect(breaches.text).toContain(`,${late},'${NAME},document,300,`);
  });
});

describe('what if', () => {
  it('judges the past by another target, and states nothing', async () => {
    await app.level('sla-tracking');
    const count = () => app.database.database.sql`SELECT count(*)::int AS n FROM events`;
    const before = await count();
    const [today] = new Date().toISOString().split('T');
    const ask = (minutes: string, rest = '') =>
      get(`/sla/what-if?from=${today}&to=${today}&minutes=${minutes}${rest}`);
    expect((await get('/sla/what-if')).text).not.toContain('Answer');
    const answer = (await ask('600')).text;
    expect(answer).toContain(
      '1 document received in that period; 1 promise would be judged otherwise.',
    );
    expect(answer).toMatch(/<th scope="row">Met late<\/th>\s*<td data-label="as asked">Met<\/td>/);
    expect((await ask('0.001')).text).toContain('nothing would be judged otherwise');
    expect((await ask('5', '&clock=ironing')).status).toBe(422);
    expect((await ask('5', '&calendar=business')).status).toBe(422);
    expect((await get('/sla/what-if?from=2026-02-02&to=2026-02-01&minutes=5')).status).toBe(422);
    expect(await count()).toEqual(before);
  });
});
