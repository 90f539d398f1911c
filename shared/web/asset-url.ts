import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';

/** Addresses of static files → the folder that serves them. */
export const assetFolders: Readonly<Record<string, string>> = {
  '/public/': root('public'),
  '/vendor/htmx/': root('node_modules/htmx.org/dist'),
};

const versions = new Map<string, { readonly mtimeMs: number; readonly version: string }>();

/**
 * The address of a static file with the version of its content (`/public/styles.css?v=…`), under which
 * browsers may keep it for ever. A file that is not there keeps its plain address, and so gets a 404.
 */
export function assetUrl(path: string): string {
  const version = assetVersion(path);
  return version === undefined ? path : `${path}?v=${version}`;
}

/** A hash of the file's content, taken again only when the file changed; undefined without a file. */
export function assetVersion(path: string): string | undefined {
  const prefix = Object.keys(assetFolders).find((folder) => path.startsWith(folder));
  if (prefix === undefined) return undefined;
  const file = join(assetFolders[prefix] ?? '', path.slice(prefix.length));
  const mtimeMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (mtimeMs === undefined) return undefined;
  const known = versions.get(path);
  if (known?.mtimeMs === mtimeMs) return known.version;
  const version = createHash('sha256').update(readFileSync(file)).digest('base64url').slice(0, 12);
  versions.set(path, { mtimeMs, version });
  return version;
}
