import { Type } from 'typebox';
import { defineEvent } from '../../shared/event.ts';

export const DocumentCompleted = defineEvent('DocumentCompleted', {
  schema: Type.Object({}),
  sentence: () => 'Every step is done',
});
