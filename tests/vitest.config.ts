import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest first, so that no core is idle at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const places = ['/tests/crash/', '/tests/corpus/', '/embedded-postgres/', '/tests/'];
    const placeOf = ({ moduleId }: TestSpecification) => {
      const found = places.findIndex((place) => moduleId.includes(place));
      return found === -1 ? places.length : found;
    };
    return files.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

// Servers are started and killed a hundred times: what the first compiles the others find.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'doctrail-compiled');

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['{shared,slices,tests}/**/*.test.ts'],
    globalSetup: ['tests/postgres.ts'],
    // Real processes: the kernel ties a child to the thread that started it.
    pool: 'forks',
    // Files share what they import: to import a Doctrail takes seconds.
    isolate: false,
    // Much of the time goes by waiting for other processes: two at a time even on two cores.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
