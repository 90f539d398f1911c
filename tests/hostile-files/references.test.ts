import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { StepFailure } from '../../shared/step-failure.ts';
import { documentsThatRefer } from './references.ts';
import { inThisProcess, readThrough } from './steps.ts';

// In this process: the sandbox, which lets nobody connect anyhow, would hide a reader that tries.
let connections = 0;
const listener: Server = createServer((socket) => {
  connections += 1;
  socket.resume();
  socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
});
let folder: string;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'references-'));
  await writeFile(join(folder, 'secret'), 'SECRET');
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  await new Promise((resolve) => {
    listener.close(resolve);
  });
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  connections = 0;
});

test('the listener sees who connects', async () => {
  await fetch(url);
  expect(connections).toBe(1);
});

test.each(documentsThatRefer('', '').map(([name]) => name))(
  'what %s refers to is neither fetched nor read',
  async (name) => {
    const secret = pathToFileURL(join(folder, 'secret')).href;
    const documents = new Map(documentsThatRefer(url, secret));
    const file = join(folder, 'document');
    await writeFile(file, documents.get(name) ?? '');
    const text = await readThrough(inThisProcess(folder), file, name).then(
      (read) => read.text,
      (error: unknown) => {
        expect(error).toBeInstanceOf(StepFailure);
        return (error as StepFailure).code;
      },
    );
    const isRefused = name === 'a.xml' || name === 'a.svg';
    expect(text).toContain(isRefused ? 'unsupported-format' : 'Good words');
    expect(text).not.toContain('SECRET');
    // Whatever was begun has ended: a connection of our own comes after it.
    await fetch(url);
    expect(connections).toBe(1);
  },
);
