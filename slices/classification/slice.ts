import type { StepSlice } from '../../shared/slice.ts';
import { findResult, resultOf } from '../../shared/steps/result-of.ts';
import { defineStep } from '../../shared/steps/step.ts';
import { inspectionEvents } from '../inspection/events.ts';
import { receivedOf } from '../receive-document/received.contract.ts';
import { textExtractionEvents } from '../text-extraction/events.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import type { Classification } from './classification.ts';
import type { ClassifyInput } from './classify-task.ts';
import { classificationEvents } from './events.ts';

const task = new URL('./classify-task.ts', import.meta.url);

/** Language, kind, title and fields: by rules that give their evidence. */
const step = defineStep({
  slug: 'classification',
  title: 'Classification',
  events: classificationEvents,
  concurrency: (config) => config.workers,
  async run({ document, history, blobs, sandbox, signal }) {
    // Without text, because its extraction was skipped, name and format may still say something.
    const text = findResult(textExtractionEvents.Finished, history)?.text;
    const { format } = resultOf(inspectionEvents.Finished, history);
    const found = await sandbox.run<ClassifyInput, Classification>(
      task,
      {
        file: text === undefined ? null : blobs.path(document, text),
        format: format as Format,
        fileName: receivedOf(history).fileName ?? '',
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

export const classification: StepSlice = {
  name: 'classification',
  summary: 'Finds language, kind, title and fields, each with its evidence.',
  events: Object.values(classificationEvents),
  step,
};
