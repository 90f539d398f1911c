import { Type } from 'typebox';

/** In the words of whoever acts: it becomes part of the history. */
export const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' });
/** The page that a form leads back to. */
export const Back = Type.Optional(Type.String({ maxLength: 500 }));
/** What was asked for is in the history now. */
export const Accepted = Type.Object({
  event: Type.Object({
    id: Type.String({ format: 'uuid' }),
    type: Type.String(),
    version: Type.Integer({ description: 'in the history of the document' }),
  }),
});
