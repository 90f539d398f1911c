import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';

/** What a figure cannot be read without: the machine, the versions, the settings. */
export async function describeMachine(
  settings: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const { server_version: postgres = '', ...others } = settings;
  const pgbench = await findPgbench();
  return {
    processor: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    postgres,
    settings: Object.entries(others)
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
    limit: pgbench ?? 'pgbench is absent: a loop of ours stands for it',
    peers: Object.entries(peerVersions())
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  };
}

/** What `pgbench --version` says; null where the machine has none. */
export async function findPgbench(): Promise<string | null> {
  const found = await promisify(execFile)('pgbench', ['--version']).catch(() => null);
  return found && found.stdout.trim();
}

function peerVersions(): Record<string, string> {
  const dependenciesOf = (file: string) =>
    (
      JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as {
        dependencies: Record<string, string>;
      }
    ).dependencies;
  return dependenciesOf('./package.json');
}
