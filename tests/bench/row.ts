import { fork } from 'node:child_process';
import { once } from 'node:events';
import { newId } from '../../shared/ids.ts';
import { bearer } from '../../shared/web/test-server.ts';
import { load, OURS, type Bench, type BenchCase, type Contender } from './bench.ts';
import type { Workbench } from './workbench.ts';

const BUS = 'a bus by hand';

export const row: Bench = {
  about: 'milliseconds from the POST of a browser until the row that comes of it is back',
  async open(workbench) {
    const contenders = [
      await contender(workbench, OURS, 'ours'),
      await contender(workbench, BUS, 'bus'),
      await contender(workbench, 'event and row in one statement', 'statement'),
    ];
    return [1, 16].map((callers): BenchCase => {
      const marks = [
        { figure: 'p50', beside: BUS, most: 1.5 },
        { figure: 'p99', beside: BUS, most: 1.5 },
      ];
      return {
        name: `${callers} callers`,
        unit: 'rows/s',
        contenders: contenders.map((make) => make(callers)),
        marks: callers === 1 ? marks : [...marks, { figure: 'rate', beside: BUS, least: 0.8 }],
      };
    });
  },
};

/** A server in a process of its own, and a browser that reads the rows. */
async function contender(
  workbench: Workbench,
  name: string,
  kind: string,
): Promise<(callers: number) => Contender> {
  const database = await workbench.createDatabase();
  const server = fork(new URL('./row-server.ts', import.meta.url), [kind, database]);
  const ended = once(server, 'exit');
  workbench.after(async () => {
    server.kill();
    await ended;
  });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const url = `http://127.0.0.1:${port}/rows`;
  const headers = bearer('viewer');
  const waiting = new Map<string, () => void>();
  const stream = await fetch(url, { headers });
  if (!stream.ok || !stream.body) throw new Error(`The stream was answered ${stream.status}.`);
  // Ends with its server.
  read(stream.body, (id) => waiting.get(id)?.()).catch(() => undefined);

  async function send(): Promise<void> {
    const id = newId();
    const shown = new Promise<void>((resolve) => waiting.set(id, resolve));
    const answer = await fetch(`${url}/${id}`, { method: 'POST', headers });
    if (answer.status !== 202) throw new Error(`The POST was answered ${answer.status}.`);
    await answer.arrayBuffer();
    await shown;
    waiting.delete(id);
  }

  return (callers) => ({ name, run: () => load({ callers, seconds: workbench.seconds }, send) });
}

async function read(body: NonNullable<Response['body']>, arrived: (id: string) => void) {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const messages = (rest + text).split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) arrived(/id="document-([^"]+)"/.exec(message)?.[1] ?? '');
  }
}
