import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['{shared,slices,tests}/**/*.test.ts'],
    globalSetup: ['tests/postgres.ts'],
    // Real processes: the kernel ties a child to the thread that started it.
    pool: 'forks',
    // Much of the time goes by waiting for other processes: two at a time even on two cores.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
