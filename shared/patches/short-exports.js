import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * Node parses the `exports` of a package again for each of its modules that it loads. Those of
 * drizzle-orm name each of its 447 entries, in 130 kB: most of the time that loading it takes, which
 * is a fifth of a start. Here they become 63 for its folders, and one pattern for all other files.
 * Run after the install; prints what it did, and leaves alone what it does not know.
 */
const file = new URL('../../node_modules/drizzle-orm/package.json', import.meta.url);
const manifest = JSON.parse(readFileSync(file, 'utf8'));
const { exports } = manifest;

/** Files of an entry, by who asks for it. */
const filesAt = (/** @type {string} */ path) => {
  const esm = { types: `${path}.d.ts`, default: `${path}.js` };
  return { import: esm, require: { types: `${path}.d.cts`, default: `${path}.cjs` }, ...esm };
};
const isAt = (/** @type {unknown} */ entry, /** @type {string} */ path) =>
  JSON.stringify(entry) === JSON.stringify(filesAt(path));

const entries = Object.entries(exports);
const folders = entries.filter(([name, entry]) => isAt(entry, `${name}/index`));
const files = entries.filter(([name, entry]) => isAt(entry, name));
if ('./*' in exports) {
  console.log('drizzle-orm: its exports are short already.');
} else if (folders.length + files.length < entries.length) {
  console.log('drizzle-orm: its exports have another shape than was known; they stay as they are.');
} else {
  manifest.exports = { ...Object.fromEntries(folders), './*': filesAt('./*') };
  // In one step, and a file of its own even where the old one is linked into other folders.
  const fresh = new URL('package.json.new', file);
  writeFileSync(fresh, JSON.stringify(manifest, null, 2));
  renameSync(fresh, file);
  console.log(`drizzle-orm: ${files.length} of ${entries.length} exports became a pattern.`);
}
