import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../shared/config.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it.each(environmentVariables)(
    'documents $name as it is',
    ({ name, default: fallback, description }) => {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      expect(row).toContain(`| ${description} |`);
      const text = fallback === false ? 'off' : String(fallback ?? '');
      expect(row).toContain(text === '' ? '|  |' : `| \`${text}\` |`);
    },
  );

  it('names no variable that does not exist', () => {
    const named = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(environmentVariables.map(({ name }) => name).toSorted());
  });
});
