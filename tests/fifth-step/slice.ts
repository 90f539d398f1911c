import { Type } from 'typebox';
import type { StepSlice } from '../../shared/slice.ts';
import { stepEvents } from '../../shared/steps/step-events.ts';
import { defineStep } from '../../shared/steps/step.ts';

const archivingEvents = stepEvents('Archiving', 'Archiving', {
  shelf: Type.String({ description: 'where it stands now' }),
});

const step = defineStep({
  slug: 'archiving',
  title: 'Archiving',
  events: archivingEvents,
  concurrency: () => 1,
  run: async () => ({ shelf: 'A1' }),
});

/** A whole new step: this folder, and one line in a list. */
export const archiving: StepSlice = {
  name: 'archiving',
  summary: 'Puts a document on a shelf.',
  events: Object.values(archivingEvents),
  step,
};
