import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '../../shared/web/principal.ts';
import { createToken, startServer, type ServerProcess } from '../crash/server-process.ts';
import type { Workbench } from './workbench.ts';

/** Doctrail in a process of its own, as `npm start` runs it, and the header of a token to ask it with. */
export interface Served {
  server: ServerProcess;
  url: string;
  headers: { authorization: string };
}

export const newDataDir = ({ folder }: Workbench) => mkdtemp(join(folder, 'served-'));

/** Serves pages and uploads of a database without processing anything; ends with the bench. */
export async function serve(
  workbench: Workbench,
  url: string,
  role: Role,
  dataDir?: string,
): Promise<Served> {
  const environment = {
    DATABASE_URL: url,
    SECRET_KEY: 'the secret key of a bench, long enough',
    DATA_DIR: dataDir ?? (await newDataDir(workbench)),
    ROLE: 'web',
    REQUESTS_PER_MINUTE: '10000000',
  };
  const server = await startServer(environment);
  workbench.after(server.stop);
  const token = await createToken(environment, role);
  return { server, url: server.url ?? '', headers: { authorization: `Bearer ${token}` } };
}

/** Asks for a page with rows. @throws Error when none comes */
export async function ask({ url, headers }: Served, path: string): Promise<void> {
  const answer = await fetch(url + path, { headers });
  const page = await answer.text();
  if (answer.status !== 200 || !page.includes('id="document-'))
    throw new Error(`${path} answered ${answer.status} without a row.`);
}
