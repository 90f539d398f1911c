import { Type } from 'typebox';
import { defineEvent, personal } from '../../shared/event.ts';
import { sentenceCase } from '../document-board/board-row.contract.ts';

const step = Type.String({ description: 'slug' });
const reason = personal(Type.String({ description: 'in the words of whoever asked' }));
const told = (words: string | null) => words ?? '(erased)';

export const StepRetryRequested = defineEvent('StepRetryRequested', {
  schema: Type.Object({ step, reason }),
  sentence: (data) => `${sentenceCase(data.step)} is to be tried again now: ${told(data.reason)}`,
});

export const StepSkipped = defineEvent('StepSkipped', {
  schema: Type.Object({ step, reason }),
  sentence: (data) => `${sentenceCase(data.step)} was skipped: ${told(data.reason)}`,
});

export const DocumentCancelled = defineEvent('DocumentCancelled', {
  schema: Type.Object({ reason }),
  sentence: (data) => `The document was cancelled: ${told(data.reason)}`,
});

export const ReprocessingRequested = defineEvent('ReprocessingRequested', {
  schema: Type.Object({ fromStep: step, reason }),
  sentence: (data) =>
    `The document is to be processed again from ${sentenceCase(data.fromStep).toLowerCase()} on: ${told(data.reason)}`,
});
