import { dropWhenErased } from '../../shared/erased.ts';
import { on, type Projection } from '../../shared/projection.ts';
import { classificationEvents } from '../classification/events.ts';
import { inspectionEvents } from '../inspection/events.ts';
import { DocumentReceived } from '../receive-document/events.ts';
import { textExtractionEvents } from '../text-extraction/events.ts';
import { partsOf, textOf } from './parts.ts';
import { searchTable, type Facts, type SearchPart } from './table.ts';

/** A document on its way through the folds: its facts, and its whole text as body. */
type Row = SearchPart & { facts: Facts };

/** The search index: a document is found by name from the start, by text and fields as steps tell them. */
export const searchIndex: Projection<Row> = {
  name: 'document-search',
  tableName: 'document_search',
  table: searchTable,
  folds: [
    on<Row, typeof DocumentReceived>(DocumentReceived, (_row, { stream, data, storedAt }) => ({
      ...empty,
      id: stream.slice('document-'.length),
      facts: {
        fileName: data.fileName ?? '',
        title: null,
        language: null,
        kind: null,
        format: null,
        source: data.source,
        label: data.label,
        receivedAt: storedAt.toISOString(),
        fields: [],
      },
    })),
    on<Row, typeof inspectionEvents.Finished>(
      inspectionEvents.Finished,
      (row, { data }) => row && { ...row, facts: { ...row.facts, format: data.format } },
    ),
    on<Row, typeof textExtractionEvents.Finished>(
      textExtractionEvents.Finished,
      (row, { data }, blobs) => row && { ...row, body: blobs.get(data.text) ?? '' },
      ({ data }) => [data.text],
    ),
    on<Row, typeof classificationEvents.Finished>(
      classificationEvents.Finished,
      (row, { data: { title, language, kind, findings } }, blobs) =>
        row && {
          ...row,
          facts: { ...row.facts, title, language, kind, fields: fieldsOf(blobs.get(findings)) },
        },
      ({ data }) => [data.findings],
    ),
    dropWhenErased(),
  ],
  parts: {
    split: partsOf,
    join(parts) {
      const inOrder = parts.toSorted((one, other) => one.part - other.part);
      const [first] = inOrder;
      if (!first) throw new Error('A document of the search index has no part.');
      return { ...first, body: textOf(inOrder) };
    },
  },
};

const empty: Omit<Row, 'id' | 'facts'> = {
  part: 0,
  body: '',
  words: '',
  names: null,
  total: null,
  net: null,
  tax: null,
  day: null,
  due: null,
  received: null,
};

function fieldsOf(findings: string | undefined): Facts['fields'] {
  const { fields } = JSON.parse(findings ?? '{"fields":[]}') as { fields: Facts['fields'] };
  return fields.map(({ name, value }) => ({ name, value }));
}
