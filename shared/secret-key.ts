import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config-error.ts';
import type { Config } from './config.ts';

/**
 * The key under which secrets are encrypted where they are stored: SECRET_KEY, or the one kept in the data
 * folder (`secret-key`, readable by its owner only), made on the first call.
 *
 * @throws ConfigError when the kept key is damaged.
 */
export function secretKey(config: Pick<Config, 'secretKey' | 'dataDir'>): string {
  if (config.secretKey !== null) return config.secretKey;
  const file = join(config.dataDir, 'secret-key');
  const key = readKey(file) ?? createKey(file);
  if (key.length >= 32) return key;
  throw new ConfigError(
    `${file} holds ${key.length} characters, but a key has at least 32. Restore it from a backup; deleting it makes a new one, loses the secrets that were stored under the old one.`,
  );
}

function readKey(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Links a finished file into place, so that of two first starts both read the same whole key. */
function createKey(file: string): string {
  mkdirSync(join(file, '..'), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}
