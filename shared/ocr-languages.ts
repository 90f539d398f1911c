import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The languages whose models are installed, as tesseract names them (`eng`): each is a package
 * `@tesseract.js-data/LANGUAGE`. English and German come with Doctrail.
 */
export function installedOcrLanguages(): string[] {
  const require = createRequire(import.meta.url);
  const english = dirname(require.resolve('@tesseract.js-data/eng/package.json'));
  return readdirSync(join(english, '..')).filter((name) => /^[a-z_]+$/.test(name));
}
