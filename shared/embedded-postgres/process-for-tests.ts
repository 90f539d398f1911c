import { startEmbeddedPostgres } from './index.ts';

/**
 * A process for tests to kill: starts PostgreSQL below the folder given as argument, prints what
 * it logs and then `url …`, and stops on SIGTERM.
 */
const [, , dataDir = '', patience = '500'] = process.argv;
const print = (line: unknown) => console.log(String(line));
const log = { debug: print, info: print, warn: print, error: print };
log.info = (_context: unknown, message = '') => print(message);
const server = await startEmbeddedPostgres({ dataDir, log, patienceMs: Number(patience) });
process.once('SIGTERM', () => {
  void server.stop();
});
console.log(`url ${server.url}`);
