import type { StepSlice } from '../../shared/slice.ts';
import { resultOf } from '../../shared/steps/result-of.ts';
import { defineStep } from '../../shared/steps/step.ts';
import { inspectionEvents } from '../inspection/events.ts';
import { receivedOf } from '../receive-document/received.contract.ts';
import { textExtractionEvents } from './events.ts';
import { extractText } from './extract.ts';
import type { Format } from './format.contract.ts';

/** The text of every page: a text layer where there is one, OCR where there is none. */
const step = defineStep({
  slug: 'text-extraction',
  title: 'Text extraction',
  events: textExtractionEvents,
  // More than there are parsers: a scan that waits for text recognition holds up no other document.
  concurrency: (config) => 2 * config.workers + 4 * config.ocrWorkers,
  async run({ document, history, blobs, sandbox, config, progress, signal }) {
    const { format, encoding } = resultOf(inspectionEvents.Finished, history);
    const { pages, warnings } = await extractText({
      file: blobs.path(document, receivedOf(history).sha256),
      format: format as Format,
      encoding,
      sandbox,
      languages: config.ocrLanguages,
      limits: { maxPages: config.maxPages },
      onProgress: progress,
      signal,
    });
    const text = pages.map((page) => page.text).join('\f');
    const confidences = pages
      .map((page) => page.ocrConfidence)
      .filter((confidence) => confidence !== null);
    const { sha256 } = await blobs.put(document, Buffer.from(text));
    return {
      text: sha256,
      pages: pages.length,
      characters: text.length,
      ocrPages: confidences.length,
      ocrConfidence: mean(confidences),
      warnings,
    };
  },
});

function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0
    ? null
    : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

export const textExtraction: StepSlice = {
  name: 'text-extraction',
  summary: 'Reads the text of every page, by OCR where a page is only an image.',
  events: Object.values(textExtractionEvents),
  step,
};
