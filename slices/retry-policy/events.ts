import { Type } from 'typebox';
import { defineEvent, personal } from '../../shared/event.ts';
import { sentenceCase } from '../document-board/board-row.contract.ts';

export const StepRetryScheduled = defineEvent('StepRetryScheduled', {
  schema: Type.Object({
    step: Type.String({ description: 'slug' }),
    attempt: Type.Integer({ minimum: 2, description: 'the attempt to come' }),
    retry: Type.Integer({ minimum: 1, description: 'which one of this budget it is' }),
    retries: Type.Integer({ minimum: 1, description: 'how many the budget has' }),
    dueAt: Type.String({ format: 'date-time' }),
    reason: Type.String(),
  }),
  sentence: (data) =>
    `${sentenceCase(data.step)} will be tried again, retry ${data.retry} of ${data.retries}: ${data.reason}`,
});

export const StepGivenUp = defineEvent('StepGivenUp', {
  schema: Type.Object({
    step: Type.String({ description: 'slug' }),
    attempts: Type.Integer({ minimum: 1 }),
    why: Type.Union(
      [Type.Literal('permanent'), Type.Literal('retries-spent'), Type.Literal('requested')],
      { description: 'requested: by an administrator' },
    ),
    reason: personal(Type.String()),
  }),
  sentence: (data) => `${sentenceCase(data.step)} was given up: ${data.reason ?? '(erased)'}`,
});
