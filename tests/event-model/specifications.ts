import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A title of a test: of a group, or of what it says. */
export interface Specification {
  depth: number;
  title: string;
}

/** The titles of the tests beside each slice, by the slice's folder, in the order of the files. */
export function readSpecifications(root: string): Map<string, Specification[]> {
  const found = new Map<string, Specification[]>();
  for (const file of globSync('slices/*/**/*.test.ts', { cwd: root }).toSorted()) {
    const slice = file.split('/')[1] ?? '';
    const titles = titlesIn(readFileSync(join(root, file), 'utf8'));
    const group = { depth: 0, title: basename(file, '.test.ts') + nested(file) };
    const known = found.get(slice) ?? [];
    found.set(slice, [
      ...known,
      group,
      ...titles.map(({ depth, title }) => ({ depth: depth + 1, title })),
    ]);
  }
  return found;
}

function nested(file: string): string {
  const folder = dirname(file).split('/').slice(2).join('/');
  return folder === '' ? '' : ` (${folder})`;
}

/** `describe('…'` and `it('…'` as the formatter leaves them: the depth is the indentation. */
function titlesIn(source: string): Specification[] {
  const call = /^( *)(?:describe|it|test)(?:\.each\([^\n]*\))?\(\s*(['"`])((?:\\.|(?!\2).)*)\2/gm;
  return [...source.matchAll(call)].map(([, indent = '', , title = '']) => ({
    depth: indent.length / 2,
    title: title.replaceAll(/\\(.)/g, '$1'),
  }));
}
