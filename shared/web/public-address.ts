import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { ConfigError } from '../config.ts';
import type { Config } from '../config.ts';

/** What the server writes to `DATA_DIR/server.json` once it listens. */
const ServerFile = Type.Object({ url: Type.String() });

/**
 * How people reach the server, without a slash at the end: PUBLIC_URL, else HOST and PORT, else (the
 * server chose the port itself) what the running server wrote down.
 *
 * @throws ConfigError when PORT is 0 and no server has been started.
 */
export function publicAddress(
  config: Pick<Config, 'publicUrl' | 'host' | 'port' | 'dataDir'>,
): string {
  if (config.publicUrl !== null) return config.publicUrl;
  if (config.port !== 0) return `http://${reachable(config.host)}:${config.port}`;
  return writtenAddress(join(config.dataDir, 'server.json'));
}

/** An address that listens everywhere is reached, from this machine, by loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function writtenAddress(file: string): string {
  const unknown =
    'PORT is 0, so the server chooses its address when it starts: start it first, or set PUBLIC_URL.';
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ConfigError(unknown, { cause });
  }
  if (!Value.Check(ServerFile, content)) throw new ConfigError(unknown);
  return content.url.replace(/\/+$/, '');
}
