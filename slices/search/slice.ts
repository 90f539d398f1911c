import type { Slice } from '../../shared/slice.ts';
import { searchIndex } from './read-model.ts';

/** Documents found by what is written in them and what is known of them; the board shows what was found. */
export const search: Slice = {
  name: 'search',
  summary: 'Finds documents by text, names and fields, as the board and the API ask.',
  projections: [searchIndex],
};
