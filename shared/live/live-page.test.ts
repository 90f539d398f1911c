import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { until } from '../../tests/crash/until.ts';
import { bearer, createTestServer } from '../web/test-server.ts';
import type { App } from '../web/server.ts';
import { readEvents, type Message, type TestReader } from './event-stream.fixture.ts';
import { createEventStreams } from './event-stream.ts';
import { createLivePage, type LivePage } from './live-page.ts';

/** How a test answers each rendering; it renders `content` by default. */
let render: (key: string) => Promise<string>;
let content: string;
let app: App;
let url: string;
let page: LivePage;
const readers: TestReader[] = [];

beforeEach(() => begin());
afterEach(end);

/** A server with one page of these options. */
async function begin(
  options: Pick<Parameters<typeof createLivePage>[0], 'restMs' | 'counts'> = {},
) {
  content = 'one';
  render = async (key) => `${key}: ${content}`;
  const streams = createEventStreams();
  page = createLivePage({
    render: (key) => render(key),
    streams,
    log: pino({ level: 'silent' }),
    ...options,
  });
  app = await createTestServer({ 'GET /pages/:key': ['viewer'] }, (routes) => {
    routes.get('/pages/:key', async (request, reply) => {
      page.open((request.params as { key: string }).key, request, reply);
    });
  });
  app.closing.addEventListener('abort', streams.close);
  url = await app.listen({ port: 0 });
}

async function end(): Promise<void> {
  for (const reader of readers.splice(0)) reader.leave();
  await app.close();
}

async function beginAgain(options: Parameters<typeof begin>[0]): Promise<void> {
  await end();
  await begin(options);
}

async function connect(key: string): Promise<TestReader> {
  const reader = await readEvents(`${url}/pages/${key}`, { headers: bearer('viewer') });
  readers.push(reader);
  return reader;
}

const contents = (messages: readonly Message[]) =>
  messages.filter(({ event }) => event === 'message').map(({ data }) => data);
const shows = (text: string) => (messages: readonly Message[]) => contents(messages).includes(text);

function change(text: string, key = 'a'): void {
  content = text;
  page.changed(key);
}

describe('a live page', () => {
  it('shows its content at once, and again after every change, to all who look at it', async () => {
    const [one, other, elsewhere] = [await connect('a'), await connect('a'), await connect('b')];
    for (const reader of [one, other]) await reader.until(shows('a: one'));
    await elsewhere.until(shows('b: one'));
    change('two');
    for (const reader of [one, other]) await reader.until(shows('a: two'));
    expect(contents(elsewhere.messages)).toEqual(['b: one']);
  });

  it('is sent only when it has become another', async () => {
    const reader = await connect('a');
    await reader.until(shows('a: one'));
    const rendered = Promise.withResolvers<void>();
    const before = render;
    render = async (key) => {
      rendered.resolve();
      return before(key);
    };
    page.changed('a');
    await rendered.promise;
    change('two');
    await reader.until(shows('a: two'));
    expect(contents(reader.messages)).toEqual(['a: one', 'a: two']);
  });

  it('never shows an older rendering after a newer one', async () => {
    const reader = await connect('a');
    await reader.until(shows('a: one'));
    const begun = Promise.withResolvers<void>();
    const slow = Promise.withResolvers<void>();
    const before = render;
    render = async () => {
      const text = `a: ${content}`;
      begun.resolve();
      await slow.promise;
      return text;
    };
    change('two');
    await begun.promise;
    render = before;
    change('three');
    slow.resolve();
    const messages = await reader.until(shows('a: three'));
    expect(contents(messages)).toEqual(['a: one', 'a: two', 'a: three']);
  });

  it('ends when it cannot be rendered, and is true again when it comes back', async () => {
    const reader = await connect('a');
    await reader.until(shows('a: one'));
    const before = render;
    render = async () => {
      throw new Error('away');
    };
    change('two');
    await reader.ended;
    render = before;
    await (await connect('a')).until(shows('a: two'));
  });

  it('is forgotten with the last who looked at it', async () => {
    const [one, other] = [await connect('a'), await connect('a')];
    expect(page.keys()).toEqual(['a']);
    one.leave();
    other.leave();
    await until('both to be gone', async () => !page.watched('a'));
  });

  it('rests between two renderings, and then shows the newest', async () => {
    await beginAgain({ restMs: 1_000 });
    const reader = await connect('a');
    await reader.until(shows('a: one'));
    const begun = performance.now();
    for (const text of ['two', 'three', 'four']) {
      change(text);
      await new Promise(setImmediate);
    }
    const messages = await reader.until(shows('a: four'));
    expect(contents(messages)).toEqual(['a: one', 'a: four']);
    expect(performance.now() - begun).toBeGreaterThan(300);
  });

  it('tells figures for the header with its content', async () => {
    await beginAgain({ counts: async () => ({ failed: 3 }) });
    const reader = await connect('a');
    const messages = await reader.until((seen) => seen.some(({ event }) => event === 'counts'));
    expect(messages.find(({ event }) => event === 'counts')?.data).toBe('{"failed":3}');
    expect(contents(messages)).toEqual(['a: one']);
  });
});
