import { on, type Projection } from '../../shared/projection.ts';
import { classificationEvents } from '../classification/events.ts';
import { DocumentReceived } from '../receive-document/events.ts';
import { textExtractionEvents } from '../text-extraction/events.ts';
import { searchTable, type SearchPart } from './search.contract.ts';

/** So long a part's tsvector stays below PostgreSQL's limit of 1 MB, whatever the words. */
const PART_CHARACTERS = 200_000;

/** The full-text index: found by name from the start, by title and text as steps tell them. */
export const searchIndex: Projection<SearchPart> = {
  name: 'document-search',
  tableName: 'document_search',
  table: searchTable,
  folds: [
    on<SearchPart, typeof DocumentReceived>(DocumentReceived, (_row, event) => ({
      id: event.stream.slice('document-'.length),
      part: 0,
      names: event.data.fileName ?? '',
      body: '',
    })),
    on<SearchPart, typeof textExtractionEvents.Finished>(
      textExtractionEvents.Finished,
      (row, { data }, blobs) => row && { ...row, body: blobs.get(data.text) ?? '' },
      ({ data }) => [data.text],
    ),
    on<SearchPart, typeof classificationEvents.Finished>(
      classificationEvents.Finished,
      (row, { data }) =>
        row && { ...row, names: data.title ? `${row.names}\n${data.title}` : row.names },
    ),
  ],
  parts: {
    split: (row) =>
      Array.from(
        { length: Math.max(1, Math.ceil(row.body.length / PART_CHARACTERS)) },
        (_, part) => ({
          ...row,
          part,
          body: row.body.slice(part * PART_CHARACTERS, (part + 1) * PART_CHARACTERS),
        }),
      ),
    join(parts) {
      const inOrder = parts.toSorted((one, other) => one.part - other.part);
      const [first] = inOrder;
      if (!first) throw new Error('A row of the search index has no part.');
      return { ...first, body: inOrder.map((part) => part.body).join('') };
    },
  },
};
