import { globSync, readFileSync } from 'node:fs';
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

const root = new URL('..', import.meta.url).pathname;

/** `code kind` of every failure that the code states; `refusal` is short for a permanent one. */
const failures = globSync('{shared,slices}/**/*.ts', { cwd: root })
  .filter((path) => !/\.(test|fixture)\.ts$/.test(path))
  .flatMap((path) => [
    ...readFileSync(root + path, 'utf8').matchAll(
      /new StepFailure\(\s*'([a-z-]+)',\s*'(permanent|transient)'|\brefusal\(\s*'([a-z-]+)'/g,
    ),
  ])
  .map(([, code, kind, refused]) => `${code ?? refused} ${kind ?? 'permanent'}`);

describe('the README', () => {
  it('documents every environment variable with its default as the code has it, and no other', () => {
    const defined = environmentVariables.map(({ name, default: fallback, description }) => [
      name,
      fallback === false ? 'off' : JSON.stringify(fallback ?? '').replaceAll(/[[\]"]/g, ''),
      description,
    ]);
    expect(documented).toEqual(defined);
  });

  it('lists every code of a failure, whether it may pass, and no other', () => {
    const listed = [...readme.matchAll(/^\| `([a-z-]+)` +\| (permanent|transient) /gm)];
    expect(listed.map(([, code, kind]) => `${code} ${kind}`).toSorted()).toEqual(
      [...new Set(failures)].toSorted(),
    );
  });
});
