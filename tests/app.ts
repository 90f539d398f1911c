import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { loadConfig } from '../shared/config.ts';
import { createSignal, type Signal } from '../shared/signal.ts';
import type { StepSlice } from '../shared/slice.ts';
import { sessionCookie, type Role } from '../shared/web/principal.ts';
import type { Cradle } from '../slices/container.ts';
import { startDoctrail } from '../slices/doctrail.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { level } from './kernel.ts';

/** A file to upload; the content type is whatever a sender might claim. */
export interface TestFile {
  name: string;
  content: string | Uint8Array<ArrayBuffer>;
  type?: string;
}

export interface Uploaded {
  id: string;
  url: string;
  fileName: string;
  duplicateOf: string | null;
}

/** The JSON of `GET /api/documents/:id`, as far as tests look into it. */
export interface TestDocument {
  id: string;
  fileName: string;
  status: string;
  percent: number;
  step: string | null;
  attempts: number;
  error: { code: string; kind: string; message: string } | null;
  fields: { name: string; value: string; page: number | null; source: string }[];
  [member: string]: unknown;
}

/** A whole Doctrail, asked through HTTP. */
export interface TestApp {
  /** Of the running server: another one after `restart`. */
  readonly url: string;
  readonly cradle: Cradle;
  readonly dataDir: string;
  readonly database: TestDatabase;
  /** A token of the role; the same for the same name. */
  token(role: Role, name?: string): Promise<string>;
  /** A `Cookie` header of an administrator's session. */
  session(): Promise<string>;
  /** `fetch` with the token of a role (operator); `as: null` asks without any. */
  ask(path: string, init?: RequestInit & { as?: Role | null }): Promise<Response>;
  /** Uploads all files in one request and gives the documents; throws when they are not taken. */
  upload(...files: TestFile[]): Promise<Uploaded[]>;
  document(id: string): Promise<TestDocument>;
  /** Waits until a document has one of the statuses; looks again with every event. */
  untilStatus(id: string, ...statuses: string[]): Promise<TestDocument>;
  /** Waits until subscriptions have handled every event of the log that they want. */
  level(...subscriptions: string[]): Promise<void>;
  /** How many documents were received, and every file below the blob folder. */
  stored(): Promise<{ documents: number; files: string[] }>;
  /** Stops the server in order and starts it again on the same data. */
  restart(): Promise<void>;
  /** Ends everything and removes its data. */
  stop(): Promise<void>;
}

/** Starts Doctrail on a database and a data folder of its own, as `npm start` does on others. */
export async function startTestApp(
  options: {
    env?: Record<string, string>;
    steps?: readonly StepSlice[];
    /** Where it logs; nowhere unless told. */
    log?: Logger;
    /** Another way to the database than the straight one. */
    through?: (databaseUrl: string) => string;
  } = {},
): Promise<TestApp> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'doctrail-app-'));
  const config = loadConfig({
    DATABASE_URL: options.through?.(database.url) ?? database.url,
    SECRET_KEY: 'the secret key of a test, long enough',
    DATA_DIR: dataDir,
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...options.env,
  });
  const waiting = new Set<Signal>();

  async function start() {
    const steps = options.steps ? { steps: options.steps } : {};
    const { log = pino({ level: 'silent' }) } = options;
    const started = await startDoctrail(config, { ...steps, log });
    started.cradle.runtime.bus.listen(() => waiting.forEach((signal) => signal.wake()));
    return started;
  }

  let doctrail = await start();
  const tokens = new Map<string, Promise<string>>();

  const app: TestApp = {
    get url() {
      return doctrail.url ?? '';
    },
    get cradle() {
      return doctrail.cradle;
    },
    dataDir,
    database,
    token(role, name = role) {
      const known = tokens.get(name) ?? doctrail.cradle.accounts.createToken({ name, role });
      tokens.set(name, known);
      return known;
    },
    async session() {
      const { accounts } = doctrail.cradle;
      const opened = await accounts.redeemSignInLink(await accounts.createSignInLink());
      return `${sessionCookie}=${opened?.session}`;
    },
    async ask(path, { as = 'operator', ...init } = {}) {
      const headers = new Headers(init.headers);
      if (as) headers.set('authorization', `Bearer ${await app.token(as)}`);
      return fetch(`${app.url}${path}`, { ...init, headers });
    },
    async upload(...files) {
      const answer = await app.ask('/api/documents', { method: 'POST', body: formOf(files) });
      if (answer.status !== 202) throw new Error(`${answer.status}: ${await answer.text()}`);
      return ((await answer.json()) as { documents: Uploaded[] }).documents;
    },
    async document(id) {
      const answer = await app.ask(`/api/documents/${id}`);
      if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as TestDocument;
    },
    async untilStatus(id, ...statuses) {
      const signal = createSignal();
      waiting.add(signal);
      try {
        for (;;) {
          const document = await app.document(id);
          if (statuses.includes(document.status)) return document;
          // The floor is for what is stored while no bus reads, as during a restart.
          await signal.wait(1_000);
        }
      } finally {
        waiting.delete(signal);
      }
    },
    async level(...names) {
      const { subscriptions } = doctrail.cradle.runtime;
      for (const name of names) {
        const types = subscriptions.find((each) => each.name === name)?.types;
        if (!types) throw new Error(`There is no subscription ${name}.`);
        await level(database.database, name, types);
      }
    },
    async stored() {
      const [row] = await database.database.sql<{ documents: number }[]>`
        SELECT count(DISTINCT stream)::int AS documents FROM events WHERE stream LIKE 'document-%'`;
      const entries = await readdir(join(dataDir, 'blobs'), {
        recursive: true,
        withFileTypes: true,
      });
      const files = entries.filter((entry) => entry.isFile());
      return {
        documents: row?.documents ?? 0,
        files: files.map(({ parentPath, name }) => join(parentPath, name)).toSorted(),
      };
    },
    async restart() {
      await doctrail.stop();
      doctrail = await start();
    },
    async stop() {
      await doctrail.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return app;
}

/** A multipart form with the files as parts `file`, and fields after them. */
export function formOf(files: readonly TestFile[], fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const { name, content, type } of files) {
    form.append('file', new Blob([content], type === undefined ? {} : { type }), name);
  }
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}
