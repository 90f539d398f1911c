import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readCorpus, type CorpusEntry } from './corpus.ts';
import { createClient, type Client, type ListedDocument } from './crash/client.ts';
import { processesIn, residentBytes } from './crash/processes.ts';
import { createToken, startServer } from './crash/server-process.ts';
import { until } from './crash/until.ts';
import { judge, type Handed, type NastyOutcome } from './nasty-verdict.ts';

/** The first good document of each of these kinds, none of which needs OCR, that says what its text must contain. */
export function goodBeside(): CorpusEntry[] {
  const kinds = ['txt', 'csv', 'md', 'html', 'eml', 'docx', 'invoice_pdf', 'rtf', 'xlsx', 'odt'];
  const good = readCorpus('good').filter(({ expectedContains }) => expectedContains.length > 0);
  return kinds.flatMap((kind) => good.find((entry) => entry.kind === kind) ?? []);
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
const limits = { PARSER_TIMEOUT_MS: '15000', PARSER_MEMORY_BYTES: String(768 * 2 ** 20) };
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
    const documents = new Map(
      (await client.documents()).map((document) => [document.id, document]),
    );
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

const ended = ({ status }: ListedDocument) => status === 'completed' || status === 'failed';

async function waitForEnd(client: Client): Promise<void> {
  await until(
    'every document to end',
    async () => (await client.documents()).every(ended),
    900_000,
  );
}

async function memoryOf(pid: number, temporary: string) {
  const parsers = await processesIn(temporary);
  const sizes = await Promise.all(parsers.map(async (parser) => residentBytes(parser.pid)));
  return {
    server: await residentBytes(pid),
    parsers: sizes.reduce((sum, size) => sum + size, 0),
  };
}
