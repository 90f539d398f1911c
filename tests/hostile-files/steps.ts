import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../shared/sandbox/sandbox.ts';
import type { Task } from '../../shared/sandbox/task.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import type { Classification } from '../../slices/classification/classification.ts';
import type { ClassifyInput } from '../../slices/classification/classify-task.ts';
import type { StructuredInput } from '../../slices/classification/structured-task.ts';
import type { Structured } from '../../slices/classification/structured/structured.ts';
import type { InspectInput, Inspection } from '../../slices/inspection/inspect.ts';
import { renderPreview } from '../../slices/publication/preview.ts';
import { extractText } from '../../slices/text-extraction/extract.ts';

/** What the four steps make of a file. */
export interface Read {
  format: string;
  text: string;
  kind: string;
}

const slices = new URL('../../slices/', import.meta.url);
const inspectTask = new URL('inspection/inspect-task.ts', slices);
const structuredTask = new URL('classification/structured-task.ts', slices);
const classifyTask = new URL('classification/classify-task.ts', slices);

/** Runs tasks in this process, where one sees all that they do. */
export function inThisProcess(workDir: string): Pick<Sandbox, 'run' | 'inWorkDir'> {
  const run = async <Output>(url: URL, input: unknown) => {
    const task = (await import(url.href)) as { default: Task<unknown, Output> };
    try {
      return await task.default(input, { workDir, progress: () => {} });
    } catch (error) {
      if (error instanceof StepFailure) throw error;
      throw new StepFailure('parser-error', 'permanent', String(error), { cause: error });
    }
  };
  return { run, inWorkDir: (work) => work(workDir) };
}

/**
 * A file's way through the readers of all four steps, in the sandbox, without server and database.
 * @throws StepFailure as the step it fails in does.
 */
export async function readThrough(
  sandbox: Pick<Sandbox, 'run' | 'inWorkDir'>,
  file: string,
  fileName: string,
): Promise<Read> {
  const workDir = await mkdtemp(join(tmpdir(), 'doctrail-read-'));
  try {
    const limits = { maxPages: 2_000, maxPixels: 150_000_000 };
    const { format, encoding } = await sandbox.run<InspectInput, Inspection>(inspectTask, {
      file,
      fileName,
      claimedMediaType: 'application/octet-stream',
      limits,
    });
    const onProgress = () => {};
    const reading = { file, format, encoding, sandbox, limits, onProgress };
    const { pages } = await extractText(reading);
    const text = pages.map((page) => page.text).join('\f');
    const textFile = join(workDir, 'text');
    await writeFile(textFile, text);
    const data = { file, format };
    const structured = await sandbox.run<StructuredInput, Structured[]>(structuredTask, data);
    const { kind } = await sandbox.run<ClassifyInput, Classification>(classifyTask, {
      file: textFile,
      format,
      fileName,
      structured,
    });
    await renderPreview({ file, format, text, type: format, sandbox });
    return { format, text, kind };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
