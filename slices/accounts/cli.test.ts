import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../shared/embedded-postgres/index.ts';
import { openDatabase } from '../../shared/database.ts';
import { createTestDatabase } from '../../tests/database.ts';
import { root } from '../../shared/web/paths.ts';
import { loadConfig } from '../../shared/config.ts';
import { createAccounts } from './accounts.ts';
import { publicAddress } from '../../shared/web/public-address.ts';
import { readArguments } from './token/arguments.ts';
import type { TestDatabase } from '../../tests/database.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command as npm does, with nothing of this process's environment but the path. */
function run(cli: string, args: string[], env: Record<string, string>): Promise<Outcome> {
  const file = root(`slices/accounts/${cli}-cli.ts`);
  const options = { env: { PATH: process.env['PATH'] ?? '', ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const scanner = ['--role', 'uploader', '--name', 'scanner'];
const onlyToken = /^dt_[\w-]{43}\n$/;

let test: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  test = await createTestDatabase();
  env = { DATABASE_URL: test.url, SECRET_KEY: 'x'.repeat(32) };
});
afterAll(() => test.drop());

const folders: string[] = [];
const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'doctrail-cli-'));
  folders.push(folder);
  return folder;
};
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

describe('npm run token', () => {
  it('prints a token that works, and nothing else', async () => {
    const { code, stdout, stderr } = await run('token', scanner, env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(onlyToken);
    const principal = await createAccounts(test.database).token(stdout.trim());
    expect(principal).toMatchObject({ kind: 'token', name: 'scanner', role: 'uploader' });
  });

  it.each([
    [['--name', 'x'], /--role is missing: it is one of uploader, viewer, operator, admin/],
    [['--role', 'root', '--name', 'x'], /"root" is not a role/],
    [['--role', 'viewer'], /--name/],
    [['--role', 'viewer', '--name', ' '], /--name/],
    [['--role', 'viewer', '--name', 'x', '--days', '0'], /--days is "0"/],
    [['--rolle', 'viewer'], /--rolle/],
    [['--role', 'viewer', '--name', 'x', 'y'], /y/],
  ])('%j is refused with what is wrong and how it goes', (args, sentence) => {
    expect(() => readArguments(args)).toThrow(sentence);
    expect(() => readArguments(args)).toThrow(/Usage: [^\n]*$/);
  });

  it('reads after how many days a token expires', () => {
    const { expiresAt } = readArguments([...scanner, '--days', '2']);
    const days = ((expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(2, 3);
    expect(readArguments(scanner)).toEqual({ role: 'uploader', name: 'scanner', expiresAt: null });
  });

  it('says on stderr what was wrong, in one line, and fails', async () => {
    const { code, stdout, stderr } = await run('token', ['--role', 'root'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^"root" is not a role.*\n$/);
  });

  it.each([
    [{ DATABASE_URL: 'postgres://127.0.0.1:1/none', SECRET_KEY: 'x'.repeat(32) }, /ECONNREFUSED/],
    [{ PORT: 'many' }, /^PORT is "many"/],
  ])('says what is wrong with %j', async (wrong, sentence) => {
    const { code, stdout, stderr } = await run('token', scanner, wrong);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim()).not.toContain('\n');
  });

  it('starts the embedded database where none runs, for several commands at once', async () => {
    const DATA_DIR = await newFolder();
    const runs = ['a', 'b'].map((name) =>
      run('token', ['--role', 'viewer', '--name', name], { DATA_DIR }),
    );
    const tokens = await Promise.all(runs);
    for (const { stdout, stderr } of tokens) {
      expect(stderr).toBe('');
      expect(stdout).toMatch(onlyToken);
    }
    const embedded = await startEmbeddedPostgres({ dataDir: DATA_DIR, log });
    const database = openDatabase(embedded.url);
    const accounts = createAccounts(database);
    for (const { stdout } of tokens) expect(await accounts.token(stdout.trim())).not.toBeNull();
    const beside = await run('token', scanner, { DATA_DIR });
    expect(await accounts.token(beside.stdout.trim())).toMatchObject({ name: 'scanner' });
    await database.close();
    await embedded.stop();
  }, 60_000);
});

describe('npm run sign-in-link', () => {
  it('prints a link that works once, and nothing else', async () => {
    const address = { PUBLIC_URL: 'https://docs.example/' };
    const { code, stdout, stderr } = await run('sign-in-link', [], { ...env, ...address });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const secret = /^https:\/\/docs\.example\/sign-in\/([\w-]{43})\n$/.exec(stdout)?.[1];
    const accounts = createAccounts(test.database);
    expect(await accounts.redeemSignInLink(secret ?? '')).not.toBeNull();
    expect(await accounts.redeemSignInLink(secret ?? '')).toBeNull();
  });

  it.each([
    [{}, 'http://127.0.0.1:3000'],
    [{ PORT: '8080', HOST: '0.0.0.0' }, 'http://127.0.0.1:8080'],
    [{ HOST: '::' }, 'http://[::1]:3000'],
    [{ HOST: 'fd00::7' }, 'http://[fd00::7]:3000'],
    [{ PUBLIC_URL: 'https://docs.example/', PORT: '0' }, 'https://docs.example'],
  ])('leads, for %j, to %s', (address, expected) => {
    expect(publicAddress(loadConfig(address))).toBe(expected);
  });

  it('asks the running server for its port where it chose that itself', async () => {
    const DATA_DIR = await newFolder();
    const unknown = await run('sign-in-link', [], { ...env, DATA_DIR, PORT: '0' });
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toMatch(/^PORT is 0.*start it first/);
    const known = JSON.stringify({ url: 'http://127.0.0.1:4321' });
    await writeFile(join(DATA_DIR, 'server.json'), known);
    const { stdout } = await run('sign-in-link', [], { ...env, DATA_DIR, PORT: '0' });
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:4321\/sign-in\//);
  });
});
