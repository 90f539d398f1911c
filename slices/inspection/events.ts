import { Type } from 'typebox';
import { stepEvents } from '../../shared/steps/step-events.ts';

export const inspectionEvents = stepEvents('Inspection', 'Inspection', {
  mediaType: Type.String({ description: 'by content' }),
  format: Type.String({ description: 'which extractor reads it' }),
  encoding: Type.Union([Type.String(), Type.Null()], { description: 'of text formats' }),
  bytes: Type.Integer(),
  sha256: Type.String(),
  pages: Type.Union([Type.Integer(), Type.Null()]),
  warnings: Type.Array(Type.String()),
});
