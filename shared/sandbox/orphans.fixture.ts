import { createSandbox } from './sandbox.ts';

// A process that is killed while its children work: prints their ids once both do.

const sandbox = createSandbox({
  workers: 2,
  ocrWorkers: 0,
  limits: { memoryBytes: 512 * 1024 * 1024, wallClockMs: 60_000, cpuSeconds: 60 },
  tempRoot: process.argv[2] ?? '',
});
const task = new URL('./sandbox.fixture.ts', import.meta.url);
const working = (deed: string): Promise<void> =>
  new Promise((resolve) => {
    const file = '/nowhere';
    void sandbox.run(task, { deed, file }, { onProgress: () => resolve() });
    if (deed !== 'wait-for-file') resolve();
  });
await working('wait-for-file');
await sandbox.run(task, { deed: 'pid' });
const pids = sandbox.processes().map(({ pid }) => pid);
await working('endless-loop');
process.stdout.write(JSON.stringify(pids));
