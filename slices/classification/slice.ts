import type { Sandbox } from '../../shared/sandbox/sandbox.ts';
import type { StepSlice } from '../../shared/slice.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import { findResult, resultOf } from '../../shared/steps/result-of.ts';
import { defineStep } from '../../shared/steps/step.ts';
import { inspectionEvents } from '../inspection/events.ts';
import { receivedOf } from '../receive-document/received.contract.ts';
import { textExtractionEvents } from '../text-extraction/events.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import type { Classification } from './classification.ts';
import type { ClassifyInput } from './classify-task.ts';
import { classificationEvents } from './events.ts';
import type { StructuredInput } from './structured-task.ts';
import type { Structured } from './structured/structured.ts';

const classifyTask = new URL('./classify-task.ts', import.meta.url);
const structuredTask = new URL('./structured-task.ts', import.meta.url);

/** Language, kind, title and fields: by data inside the file, and by rules that give their evidence. */
const step = defineStep({
  slug: 'classification',
  title: 'Classification',
  events: classificationEvents,
  concurrency: (config) => config.workers,
  async run({ document, history, blobs, sandbox, signal }) {
    // Without text, because its extraction was skipped, name and format may still say something.
    const text = findResult(textExtractionEvents.Finished, history)?.text;
    const { format } = resultOf(inspectionEvents.Finished, history);
    const file = blobs.path(document, receivedOf(history).sha256);
    // What could not be read is not looked at again.
    const structured =
      text === undefined ? [] : await dataOf({ file, format: format as Format }, sandbox, signal);
    const found = await sandbox.run<ClassifyInput, Classification>(
      classifyTask,
      {
        file: text === undefined ? null : blobs.path(document, text),
        format: format as Format,
        fileName: receivedOf(history).fileName ?? '',
        structured,
      },
      { signal },
    );
    const { language, title, kind, confidence, fields, evidence } = found;
    const findings = await blobs.put(document, Buffer.from(JSON.stringify({ fields, evidence })));
    return {
      language: language.code,
      languageConfidence: language.confidence,
      title,
      kind,
      confidence,
      findings: findings.sha256,
    };
  },
});

/** A document whose text could be read is not refused because of what lies beside it. */
async function dataOf(
  input: StructuredInput,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<Structured[]> {
  try {
    return await sandbox.run<StructuredInput, Structured[]>(structuredTask, input, { signal });
  } catch (error) {
    if (error instanceof StepFailure && error.kind === 'permanent') return [];
    throw error;
  }
}

export const classification: StepSlice = {
  name: 'classification',
  summary: 'Finds language, kind, title and fields, each with its evidence.',
  events: Object.values(classificationEvents),
  step,
};
