import { readCorpus } from '../../tests/corpus.ts';
import { createSandbox } from '../../shared/sandbox/sandbox.ts';
import { basename } from 'node:path';
const part = process.argv[2] as 'good';
const M = 1024 * 1024;
const s = createSandbox({
  workers: 2,
  ocrWorkers: 0,
  limits: { memoryBytes: 1536 * M, wallClockMs: 20000, cpuSeconds: 20 },
  log: console.log,
});
const t0 = performance.now();
await Promise.all(
  readCorpus(part).map(async (e) => {
    const t = performance.now();
    let r: any;
    try {
      r = await s.run(new URL('./inspect-task.ts', import.meta.url), {
        file: e.file,
        fileName: basename(e.file),
        claimedMediaType: 'application/octet-stream',
        limits: { maxPages: 2000, maxPixels: 100e6 },
      });
    } catch (x: any) {
      r = x;
    }
    if (r instanceof Error)
      console.log(
        'FAIL',
        e.kind,
        e.path,
        '|',
        (r as any).code,
        '|',
        r.message,
        '|',
        ((r as any).detail ?? '').slice(0, 200).replace(/\n/g, ' '),
      );
    else
      console.log(
        'ok',
        e.kind,
        e.path,
        r.format,
        r.pages,
        e.expectedPages,
        r.encoding,
        r.mediaType,
        r.warnings.join(),
      );
  }),
);
console.log('ms', performance.now() - t0);
await s.close();
