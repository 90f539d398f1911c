import { Type } from 'typebox';
import { defineEvent, personal } from '../../shared/event.ts';

export const DocumentReceived = defineEvent('DocumentReceived', {
  schema: Type.Object({
    fileName: personal(Type.String()),
    claimedMediaType: Type.String({ description: 'what the sender says; never trusted' }),
    bytes: Type.Integer({ minimum: 1 }),
    sha256: Type.String({ description: 'names the blob with the original' }),
    source: personal(Type.String({ description: 'where the sender has it from' })),
    label: personal(Type.String({ description: 'what the sender calls its like' })),
    plan: Type.Array(Type.String(), { description: 'slugs of the steps to pass, in order' }),
    duplicateOf: Type.Union([Type.String(), Type.Null()], {
      description: 'an earlier document with the same bytes',
    }),
  }),
  sentence: (data) =>
    `Received ${data.fileName ?? 'a document'}${data.duplicateOf ? ', the same bytes as an earlier document' : ''}`,
});
