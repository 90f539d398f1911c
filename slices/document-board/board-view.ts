import {
  type BoardRow,
  type DocumentStatus,
  type StepProgress,
  type StepTitles,
  documentStatuses,
  sentenceCase,
} from './board-row.contract.ts';
import { searchFields, type Stretch } from '../search/search.contract.ts';
import type { SlaState } from '../sla-tracking/document-sla.contract.ts';
import type { BoardSort } from './queries.ts';
import { urgentStates } from './sla-view.contract.ts';
import { type RowView, rowView } from './row-view.ts';

export type BoardCounts = Record<DocumentStatus | 'all' | UrgentState, number>;

type UrgentState = (typeof urgentStates)[number];

/** What the address asks for: one status or all, words to search, and at most one end of the page. */
export interface BoardQuery {
  status: DocumentStatus | null;
  sla: SlaState | null;
  sort: BoardSort;
  q: string;
  /** Only what follows the document at this position: the way on. */
  before: number | null;
  /** Only what the document at this position follows, the closest ones: the way back. */
  after: number | null;
  /** `slaOrder` of the document at that end, where it sorts. */
  due: number | null;
}

export interface BoardPageData {
  query: BoardQuery;
  /** In the order of the query. */
  rows: BoardRow[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** What of the search was not understood. */
  hints: readonly string[];
  /** The rows are no more than similar to what was searched for. */
  isForgiving: boolean;
  /** Words around what was searched for, by document id. */
  snippets: ReadonlyMap<string, Stretch[]>;
  counts: BoardCounts;
  /** Read before the rows: a change in between is then sent twice, never lost. */
  revision: number;
  /** Every document up to this position was in the table when the rows were read. */
  position: number;
  titles: StepTitles;
  /** Of running steps, by document id. */
  progress: ReadonlyMap<string, StepProgress>;
  /** Documents with an event that the board could not apply. */
  stuck: ReadonlySet<string>;
  now: Date;
  canUpload: boolean;
}

export interface ChipView {
  status: DocumentStatus | UrgentState | 'all';
  word: string;
  count: string;
  href: string;
  current: boolean;
}

/** What `page.njk` needs. */
export interface BoardPageView {
  chips: ChipView[];
  /** Promises that somebody has to look after. */
  slaChips: ChipView[];
  /** The other order of rows. */
  sort: { href: string; isDue: boolean };
  q: string;
  hints: readonly string[];
  /** What can stand before a colon in a search. */
  searchFields: readonly string[];
  /** Said of what was found, where it is not just what was searched for. */
  notice: string | null;
  status: DocumentStatus | '';
  sla: SlaState | '';
  rows: RowView[];
  caption: string;
  /** How many documents the board shows out of date, or not at all. */
  stuck: number;
  /** Nothing was ever received: the page teaches instead of showing an empty table. */
  isEmpty: boolean;
  newerHref: string | null;
  olderHref: string | null;
  /** The first page of the same filter; where the "3 new" pill leads. */
  firstHref: string;
  /** Where to ask how many newer documents a search finds; empty without a search. */
  newsHref: string;
  /** New documents enter the table by themselves only here; elsewhere they are counted in the pill. */
  takesNewRows: boolean;
  revision: number;
  /** What was received after this position is new to the reader. */
  position: number;
  canUpload: boolean;
}

/** The whole board page as its template shows it. */
export function boardPageView(data: BoardPageData): BoardPageView {
  const { query, rows, counts } = data;
  const newest = rows.at(0);
  const oldest = rows.at(-1);
  const first = { ...query, before: null, after: null, due: null };
  const isDue = query.sort === 'due';
  const dueOf = (row: BoardRow) => (isDue ? row.slaOrder : null);
  const onFirstPage = !data.hasNewer;
  return {
    chips: (['all', ...documentStatuses] as const).map((status) => ({
      status,
      word: sentenceCase(status),
      count: counts[status].toLocaleString('en'),
      href: boardHref({ ...first, status: status === 'all' ? null : status }),
      current: status === (query.status ?? 'all'),
    })),
    slaChips: urgentStates.map((state) => ({
      status: state,
      word: sentenceCase(state),
      count: counts[state].toLocaleString('en'),
      href: boardHref({ ...first, sla: state === query.sla ? null : state }),
      current: state === query.sla,
    })),
    sort: { href: boardHref({ ...first, sort: isDue ? 'newest' : 'due' }), isDue },
    q: query.q,
    hints: data.hints,
    searchFields,
    notice: data.isForgiving
      ? `No document matches “${query.q}” as it is written. These have similar names.`
      : null,
    status: query.status ?? '',
    sla: query.sla ?? '',
    rows: rows.map((row) => foundRow(row, data)),
    stuck: data.stuck.size,
    caption: captionOf(query),
    isEmpty: counts.all === 0,
    newerHref:
      data.hasNewer && newest
        ? boardHref({ ...first, after: newest.position, due: dueOf(newest) })
        : null,
    olderHref:
      data.hasOlder && oldest
        ? boardHref({ ...first, before: oldest.position, due: dueOf(oldest) })
        : null,
    firstHref: boardHref(first),
    newsHref: newsHref(query, onFirstPage && !isDue ? (newest?.position ?? 0) : data.position),
    takesNewRows: onFirstPage && boardHref(first) === '/',
    revision: data.revision,
    position: data.position,
    canUpload: data.canUpload,
  };
}

/** A row and what of it was searched for; its link leads to that in the document. */
function foundRow(row: BoardRow, data: BoardPageData): RowView {
  const { titles, progress, stuck, now, snippets } = data;
  const { q } = data.query;
  const view = rowView(row, titles, progress.get(row.id) ?? null, now, stuck.has(row.id));
  const href = q === '' ? view.href : `${view.href}?${new URLSearchParams({ q }).toString()}`;
  return { ...view, href, snippet: snippets.get(row.id) ?? null };
}

/** The address of a board page; what is not asked for is left out. */
export function boardHref(query: BoardQuery): string {
  const search = new URLSearchParams();
  if (query.status !== null) search.set('status', query.status);
  if (query.sla !== null) search.set('sla', query.sla);
  if (query.sort !== 'newest') search.set('sort', query.sort);
  if (query.q !== '') search.set('q', query.q);
  if (query.before !== null) search.set('before', String(query.before));
  if (query.after !== null) search.set('after', String(query.after));
  if (query.due !== null) search.set('due', String(query.due));
  return search.size === 0 ? '/' : `/?${search.toString()}`;
}

function newsHref({ status, sla, q }: BoardQuery, after: number): string {
  if (q === '') return '';
  const search = new URLSearchParams({ q, status: status ?? '', after: String(after) });
  if (sla !== null) search.set('sla', sla);
  return `/documents/news?${search.toString()}`;
}

function captionOf(query: BoardQuery): string {
  const what = query.status === null ? 'All documents' : `${sentenceCase(query.status)} documents`;
  const matching = query.q === '' ? '' : ` matching “${query.q}”`;
  const promise = query.sla === null ? '' : `, ${sentenceCase(query.sla).toLowerCase()}`;
  return `${what}${matching}${promise}, ${query.sort === 'due' ? 'what is due' : 'newest'} first`;
}
