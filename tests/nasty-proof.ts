import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { containsText, type CorpusEntry } from './corpus.ts';
import { createClient, type Client, type ListedDocument } from './crash/client.ts';
import { processesIn, residentBytes } from './crash/processes.ts';
import { createToken, startServer } from './crash/server-process.ts';
import { until } from './crash/until.ts';

/** How one file ended. */
export interface NastyOutcome {
  path: string;
  /** `completed`, `failed` or `refused` (at the upload). */
  status: string;
  code: string | null;
  /** Characters that are no white space; 0 where there is no text. */
  characters: number;
  seconds: number;
}

export interface NastyFigures {
  files: number;
  completed: number;
  failed: number;
  refused: number;
  good: number;
  slowestGoodSeconds: number;
  memoryBeforeMiB: number;
  memoryAfterMiB: number;
  /** Of the parsers' processes, which stay warm. */
  parsersBeforeMiB: number;
  parsersAfterMiB: number;
  seconds: number;
  outcomes: NastyOutcome[];
  /** What should not be, a sentence each. */
  misses: string[];
}

/** Short enough for a test, long enough for every good document on a machine that is busy. */
const limits = { PARSER_TIMEOUT_MS: '10000', PARSER_MEMORY_BYTES: String(768 * 2 ** 20) };
const MiB = 2 ** 20;
/** What a busy process of Node may keep. */
const MEMORY_MAY_GROW_BYTES = 200 * MiB;

/**
 * Hands over poisonous documents with good ones in between to one server. All end with a clear
 * outcome, the good ones complete, and the server lives on as it was before.
 */
export async function proveNasty(
  nasty: readonly CorpusEntry[],
  good: readonly CorpusEntry[],
): Promise<NastyFigures> {
  const begun = performance.now();
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'doctrail-nasty-')));
  const environment = { DATA_DIR: join(folder, 'data'), TMPDIR: join(folder, 'tmp'), ...limits };
  await mkdir(environment.TMPDIR);
  const server = await startServer(environment);
  try {
    const client = createClient(server.url ?? '', await createToken(environment, 'admin'));
    const warm = await handOver(client, good);
    await waitForEnd(client);
    const before = await memoryOf(server.pid, environment.TMPDIR);

    const handed = await handOver(client, interleave(nasty, good));
    await waitForEnd(client);
    const documents = new Map((await client.documents()).map((document) => [document.id, document]));
    const told = await Promise.all(
      [...warm, ...handed].map(async (each) => judge(client, each, documents)),
    );
    const bad = told.filter(({ isGood }) => !isGood);
    const fine = told.filter(({ isGood }) => isGood);
    const after = await memoryOf(server.pid, environment.TMPDIR);
    const misses = told.flatMap((each) => each.misses);
    if (after.server > before.server + MEMORY_MAY_GROW_BYTES) misses.push('The server has grown');
    assert.equal(await server.stop(), 0, `The server ended badly:\n${server.output()}`);
    assert.deepEqual(await processesIn(folder), [], 'Processes are left');
    const count = (status: string) => bad.filter(({ outcome }) => outcome.status === status).length;
    return {
      files: bad.length,
      completed: count('completed'),
      failed: count('failed'),
      refused: count('refused'),
      good: fine.length,
      slowestGoodSeconds: Math.max(...fine.map(({ outcome }) => outcome.seconds)),
      memoryBeforeMiB: Math.round(before.server / MiB),
      memoryAfterMiB: Math.round(after.server / MiB),
      parsersBeforeMiB: Math.round(before.parsers / MiB),
      parsersAfterMiB: Math.round(after.parsers / MiB),
      seconds: Math.round((performance.now() - begun) / 1000),
      outcomes: bad.map(({ outcome }) => outcome),
      misses,
    };
  } finally {
    await server.kill();
    await until('PostgreSQL to be gone', async () => (await processesIn(folder)).length === 0);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Handed {
  entry: CorpusEntry;
  isGood: boolean;
  /** null when it was refused. */
  id: string | null;
  refusal: string;
}

/** One after the other; what is refused says so with a client error. */
async function handOver(client: Client, entries: readonly CorpusEntry[]): Promise<Handed[]> {
  const handed: Handed[] = [];
  for (const entry of entries) {
    const content = await readFile(entry.file);
    const answer = await client.upload([{ name: basename(entry.file), content }]);
    const refused = 'refused' in answer;
    if (refused) assert.ok(answer.refused < 500, `${entry.path} was answered ${answer.refused}`);
    handed.push({
      entry,
      isGood: entry.verdict === '',
      id: refused ? null : (answer.ids[0] ?? null),
      refusal: refused ? answer.detail : '',
    });
  }
  return handed;
}

/** After every few nasty files a good one, from the start of the list again when it ends. */
function interleave(nasty: readonly CorpusEntry[], good: readonly CorpusEntry[]): CorpusEntry[] {
  const every = 3;
  return nasty.flatMap((entry, index) => {
    const beside = index % every === 0 ? good[(index / every) % good.length] : undefined;
    return beside ? [entry, beside] : [entry];
  });
}

async function waitForEnd(client: Client): Promise<void> {
  const ended = ({ status }: ListedDocument) => status === 'completed' || status === 'failed';
  await until('every document to end', async () => (await client.documents()).every(ended), 900_000);
}

async function judge(
  client: Client,
  { entry, isGood, id, refusal }: Handed,
  documents: ReadonlyMap<string, ListedDocument>,
) {
  const document = documents.get(id ?? '');
  const text = (id !== null && (await client.text(id))) || '';
  const outcome: NastyOutcome = {
    path: entry.path,
    status: document?.status ?? 'refused',
    code: document?.error?.code ?? null,
    characters: text.replaceAll(/\s/g, '').length,
    seconds: Math.round((document?.durationMs ?? 0) / 100) / 10,
  };
  const misses: string[] = [];
  const miss = (what: string) =>
    misses.push(`${entry.path} (${entry.category}, ${entry.verdict}): ${what}, ${JSON.stringify(outcome)}`);
  if (id === null && !refusal.includes('"detail"')) miss('refused without a reason');
  if (outcome.status === 'failed' && !(outcome.code && document?.error?.message))
    miss('failed without a code or a message');
  if (isGood) {
    const missing = entry.expectedContains.filter((expected) => !containsText(text, expected));
    if (outcome.status !== 'completed') miss('a good document did not complete');
    else if (missing.length > 0) miss(`a good document lacks ${missing.join(', ')}`);
  }
  if (entry.verdict === 'must-fail-clearly' && outcome.status === 'completed' && outcome.characters > 0)
    miss('completed with text');
  if (entry.verdict === 'should-succeed' && outcome.status !== 'completed')
    miss('did not succeed');
  if (entry.verdict === 'must-not-leak' && /root:.*:0:0:/.test(text)) miss('leaks a local file');
  return { isGood, outcome, misses };
}

async function memoryOf(pid: number, temporary: string) {
  const parsers = await processesIn(temporary);
  const sizes = await Promise.all(parsers.map(async (parser) => residentBytes(parser.pid)));
  return {
    server: await residentBytes(pid),
    parsers: sizes.reduce((sum, size) => sum + size, 0),
  };
}
