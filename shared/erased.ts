import { Type } from 'typebox';
import { defineEvent, type StoredEvent } from './event.ts';
import type { Fold } from './projection.ts';

/**
 * The end of a document: its bytes, text and personal fields are removed, the chain of its events
 * stays. The kernel knows this one event, because it is what takes words out of the log.
 */
export const DocumentErased = defineEvent('DocumentErased', {
  schema: Type.Object({
    why: Type.Union([Type.Literal('requested'), Type.Literal('retention')]),
    reason: Type.String({ description: 'stays, so that it must tell nothing of the document' }),
  }),
  sentence: (data) => `The document was erased: ${data.reason}`,
});

export const isErased = (history: readonly StoredEvent[]): boolean =>
  history.some(DocumentErased.is);

/** Of a read model: the row goes. */
export function dropWhenErased<Row>(): Fold<Row> {
  return { event: DocumentErased, apply: () => undefined };
}

/** Of a read model without a word of the document, such as figures: the row stays. */
export function keepWhenErased<Row>(): Fold<Row> {
  return { event: DocumentErased, apply: (row) => row };
}
