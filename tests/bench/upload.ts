import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { rawBody, rawFile, rawType } from '../../slices/receive-document/multipart.fixture.ts';
import { OURS, type Bench, type Contender, type Sample } from './bench.ts';
import { serve, type Served } from './served.ts';
import type { Workbench } from './workbench.ts';

const MB = 1_000_000;
const CLIENTS = 16;
const LIMIT = 'raw to the disk';
const MULTIPART = '@fastify/multipart';

export const upload: Bench = {
  about: 'megabytes a second taken, hashed and on the disk, of many files and of a large one',
  async open(workbench) {
    const files = workbench.count(640);
    const large = workbench.count(2_000);
    const served = await serve(workbench, await workbench.createDatabase(), 'operator');
    const raw = await startReceiver(workbench, 'raw');
    const multipart = await startReceiver(workbench, 'multipart');
    const ours: Target = { ...served, url: `${served.url}/api/documents` };
    return [
      {
        name: `${files} files of 1 MB from ${CLIENTS} clients`,
        unit: 'MB/s',
        contenders: [
          contender(OURS, () => sendMany(ours, files)),
          contender(LIMIT, () => sendMany(raw, files)),
          contender(MULTIPART, () => sendMany(multipart, files)),
        ],
        marks: [{ figure: 'rate', beside: LIMIT, least: 0.9 }],
      },
      {
        name: `one file of ${large} MB`,
        unit: 'MB/s',
        contenders: [
          contender(OURS, () => sendLarge(ours, large, served.server.pid)),
          contender(LIMIT, () => sendLarge(raw, large, raw.pid)),
        ],
        marks: [
          { figure: 'rate', beside: LIMIT, least: 0.9 },
          { figure: 'MB above idle', beside: null, most: 40 },
        ],
      },
    ];
  },
};

type Target = Pick<Served, 'url' | 'headers'>;

const contender = (name: string, run: () => Promise<Sample>): Contender => ({ name, run });

const [HEAD = '', TAIL = ''] = rawBody(rawFile('CONTENT')).split('CONTENT');

/** A server that only receives, as another process; it removes what it has received. */
async function startReceiver(workbench: Workbench, kind: string) {
  const folder = await mkdtemp(join(workbench.folder, 'received-'));
  const server = fork(new URL('./upload-server.ts', import.meta.url), [kind, folder]);
  workbench.after(async () => {
    server.kill();
    await once(server, 'exit');
    await rm(folder, { recursive: true });
  });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const headers = { authorization: '' };
  return { url: `http://127.0.0.1:${port}/`, headers, pid: server.pid ?? 0 };
}

async function sendMany(target: Target, files: number): Promise<Sample> {
  const agent = new Agent({ keepAlive: true });
  const content = randomBytes(MB);
  const latencies: number[] = [];
  const begun = performance.now();
  let left = files;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (left > 0) {
        left -= 1;
        const sent = performance.now();
        await post(target, agent, 1, content);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  agent.destroy();
  return { rate: (files * 1_000) / (performance.now() - begun), latencies };
}

async function sendLarge(target: Target, megabytes: number, pid: number): Promise<Sample> {
  const agent = new Agent();
  const before = await residentMB(pid);
  let most = before;
  const looking = setInterval(() => {
    void residentMB(pid).then((now) => (most = Math.max(most, now)));
  }, 100);
  const begun = performance.now();
  await post(target, agent, megabytes, randomBytes(MB));
  clearInterval(looking);
  const rate = (megabytes * 1_000) / (performance.now() - begun);
  return { rate, others: { 'MB above idle': most - before } };
}

/** Posts a multipart form with a file of so many megabytes. @throws Error unless it is taken */
async function post(target: Target, agent: Agent, megabytes: number, chunk: Buffer): Promise<void> {
  const length = HEAD.length + TAIL.length + megabytes * chunk.length;
  const headers = { ...rawType, ...target.headers, 'content-length': length };
  const sending = request(target.url, { method: 'POST', headers, agent });
  const answered = once(sending, 'response');
  sending.write(HEAD);
  for (let sent = 0; sent < megabytes; sent += 1)
    if (!sending.write(chunk)) await once(sending, 'drain');
  sending.end(TAIL);
  const [answer] = (await answered) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  if (answer.statusCode !== 202) throw new Error(`The upload was answered ${answer.statusCode}.`);
}

/** Of another process, where the system tells it. */
async function residentMB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_000;
}
