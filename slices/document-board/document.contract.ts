import { Type, type Static } from 'typebox';
import type { BlobStore } from '../../shared/blobs.ts';
import type { StoredEvent } from '../../shared/event.ts';
import { foldHistory } from '../../shared/projection.ts';
import type { Step } from '../../shared/steps/step.ts';
import { slaStates, type SlaState } from '../sla-tracking/document-sla.contract.ts';
import { documentStatuses, percentOf, type DocumentStatus } from './board-row.contract.ts';
import { boardProjection, type BoardRecord } from './read-model.ts';

export { board, type BoardRecord } from './read-model.ts';

const nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);

/** A document as the API tells it. */
export const DocumentJson = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    fileName: Type.String(),
    status: Type.Unsafe<DocumentStatus>(
      Type.Union(documentStatuses.map((status) => Type.Literal(status))),
    ),
    percent: Type.Integer({ minimum: 0, maximum: 100 }),
    step: nullable(Type.String({ description: 'slug of the current or failed step' })),
    attempts: Type.Integer({ description: 'of that step' }),
    error: nullable(
      Type.Object({
        code: Type.String(),
        kind: Type.Union([Type.Literal('transient'), Type.Literal('permanent')]),
        message: Type.String(),
      }),
    ),
    mediaType: nullable(Type.String()),
    pages: nullable(Type.Integer()),
    kind: nullable(Type.String()),
    language: nullable(Type.String()),
    title: nullable(Type.String()),
    fields: Type.Array(
      Type.Object({
        name: Type.String(),
        value: Type.String(),
        page: nullable(Type.Integer()),
        source: Type.String(),
      }),
    ),
    receivedAt: Type.String({ format: 'date-time' }),
    updatedAt: Type.String({ format: 'date-time' }),
    durationMs: Type.Integer({ description: 'until now, or until it ended' }),
    sla: nullable(
      Type.Object(
        {
          state: Type.Unsafe<SlaState>(Type.Union(slaStates.map((state) => Type.Literal(state)))),
          dueAt: Type.String({ format: 'date-time' }),
        },
        {
          description: 'how the promised time of the whole document stands; null: none is promised',
        },
      ),
    ),
  },
  { title: 'Document' },
);

export function toDocumentJson(record: BoardRecord, now: Date): Static<typeof DocumentJson> {
  const {
    id,
    fileName,
    status,
    step,
    attempts,
    error,
    mediaType,
    pages,
    kind,
    language,
    title,
    fields,
    slaState,
    slaDueAt,
  } = record;
  const durationMs = (record.endedAt ?? now).getTime() - record.receivedAt.getTime();
  return {
    id,
    fileName,
    status,
    percent: percentOf({ plan: record.plan, finished: record.done.length }),
    step,
    attempts,
    error,
    mediaType,
    pages,
    kind,
    language,
    title,
    fields,
    receivedAt: record.receivedAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
    durationMs: Math.max(0, durationMs),
    sla: slaState && slaDueAt && { state: slaState, dueAt: slaDueAt.toISOString() },
  };
}

/** The board's row folded from a history: true at once after an append, without waiting for the table. */
export function documentFromHistory(steps: readonly Step[], blobs: BlobStore) {
  const projection = boardProjection(steps);
  return (history: readonly StoredEvent[]) => foldHistory(projection, history, blobs);
}
