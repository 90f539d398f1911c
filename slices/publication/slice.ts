import type { StepSlice } from '../../shared/slice.ts';
import { findResult, resultOf } from '../../shared/steps/result-of.ts';
import { defineStep } from '../../shared/steps/step.ts';
import { mediaTypeName } from '../document-board/board-row.contract.ts';
import { inspectionEvents } from '../inspection/events.ts';
import { receivedOf } from '../receive-document/received.contract.ts';
import { textExtractionEvents } from '../text-extraction/events.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import { publicationEvents } from './events.ts';
import { renderPreview } from './preview.ts';

/** Makes a document worth looking at: a picture of its first page. */
const step = defineStep({
  slug: 'publication',
  title: 'Publication',
  events: publicationEvents,
  concurrency: (config) => config.workers,
  async run({ document, history, blobs, sandbox, signal }) {
    const { format, mediaType } = resultOf(inspectionEvents.Finished, history);
    // Without text, because its extraction was skipped, the first page can be drawn all the same.
    const text = findResult(textExtractionEvents.Finished, history)?.text;
    const picture = await renderPreview({
      file: blobs.path(document, receivedOf(history).sha256),
      format: format as Format,
      text: text === undefined ? '' : (await blobs.read(document, text)).toString('utf8'),
      type: mediaTypeName(mediaType),
      sandbox,
      signal,
    });
    const { sha256 } = await blobs.put(document, picture);
    return { preview: sha256 };
  },
});

export const publication: StepSlice = {
  name: 'publication',
  summary: 'Makes a picture of the first page.',
  events: Object.values(publicationEvents),
  step,
};
