import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../shared/config.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The rows of the table of variables: name, default, description. */
const documented = readme
  .split('\n')
  .filter((line) => /^\| `[A-Z_]+`/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );

describe('the README', () => {
  it('documents every environment variable with its default as the code has it, and no other', () => {
    const defined = environmentVariables.map(({ name, default: fallback, description }) => [
      name,
      fallback === false ? 'off' : String(fallback ?? ''),
      description,
    ]);
    expect(documented).toEqual(defined);
  });
});
