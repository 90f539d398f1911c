import { Type } from 'typebox';
import { stepEvents } from '../../shared/steps/step-events.ts';

export const publicationEvents = stepEvents('Publication', 'Publication', {
  preview: Type.String({ description: 'blob: PNG of the first page, or a card' }),
});
