import { Type } from 'typebox';
import { stepEvents } from '../../shared/steps/step-events.ts';

export const textExtractionEvents = stepEvents('TextExtraction', 'Text extraction', {
  text: Type.String({ description: 'blob: UTF-8, a form feed between pages' }),
  pages: Type.Integer({ minimum: 0 }),
  characters: Type.Integer({ minimum: 0 }),
  ocrPages: Type.Integer({ minimum: 0, description: 'pages read by OCR' }),
  ocrConfidence: Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()], {
    description: 'mean over the pages read by OCR',
  }),
  warnings: Type.Array(Type.String()),
});
