import type { StepSlice } from '../../shared/slice.ts';
import { defineStep } from '../../shared/steps/step.ts';
import { receivedOf } from '../receive-document/received.contract.ts';
import { inspectionEvents } from './events.ts';
import type { InspectInput, Inspection } from './inspect.ts';
import { refuseMalware } from './malware.ts';

const task = new URL('./inspect-task.ts', import.meta.url);

/** What is this really? The content decides; what the sender claims is never trusted. */
const step = defineStep({
  slug: 'inspection',
  title: 'Inspection',
  events: inspectionEvents,
  concurrency: (config) => config.workers,
  async run({ document, history, blobs, sandbox, config, signal }) {
    const { fileName, claimedMediaType, sha256, bytes } = receivedOf(history);
    if (config.clamd) {
      // Before any parser sees it.
      const { content } = await blobs.stream(document, sha256);
      await refuseMalware(config.clamd, content, signal);
    }
    const found = await sandbox.run<InspectInput, Inspection>(
      task,
      {
        file: blobs.path(document, sha256),
        fileName: fileName ?? '',
        claimedMediaType,
        limits: { maxPages: config.maxPages, maxPixels: config.maxPixels },
      },
      { signal },
    );
    return { ...found, bytes, sha256 };
  },
});

export const inspection: StepSlice = {
  name: 'inspection',
  summary: 'Tells what a file really is, and refuses what cannot be read or holds malware.',
  events: Object.values(inspectionEvents),
  step,
};
