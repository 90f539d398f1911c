import { Type } from 'typebox';
import { personal } from '../../shared/event.ts';
import { stepEvents } from '../../shared/steps/step-events.ts';

export const classificationEvents = stepEvents('Classification', 'Classification', {
  language: Type.Union([Type.String({ description: 'ISO 639-1' }), Type.Null()]),
  languageConfidence: Type.Number({ minimum: 0, maximum: 1 }),
  title: personal(Type.String()),
  kind: Type.String(),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  findings: Type.String({
    description: 'blob: JSON, the fields and the words that spoke for the kind',
  }),
});
