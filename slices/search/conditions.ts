import { sql, type SQL } from 'drizzle-orm';
import type { Condition, RangeCondition, Search, Term, WordsCondition } from './query.ts';
import { stemsOf } from './stems.ts';
import { STEM } from './vector.ts';

/** Where the documents are that are searched; `id` and `status` are columns of `table`. */
export interface Documents {
  table: SQL;
  id: SQL;
  status: SQL;
}

export interface Matching {
  /** Names need only be similar to a word: asked for where nothing has the words themselves. */
  forgiving: boolean;
  /**
   * Every term is looked up once, as a set of ids, rather than tested document by document: dear
   * for words that many documents have, and the only way that is never slow.
   */
  asSets: boolean;
  /**
   * With sets: one of `wordGroups` that few documents have. Those are tested for all others, which are
   * then not looked up, however many have them.
   */
  rarest?: WordGroup;
}

/** Alternatives that stand in the index of words, of which a document has to have one. */
export type WordGroup = readonly Term[];

/** The condition on documents that a search finds. */
export function matching(search: Search, documents: Documents, how: Matching): SQL {
  if (search.isHopeless) return sql`false`;
  const { rarest } = how;
  const tested = rarest ? wordGroups(search).filter((group) => group !== rarest) : [];
  const groups = search.groups
    .filter((terms) => !tested.includes(terms))
    .map((terms) =>
      terms === rarest
        ? sql`${documents.id} IN (${withAll(rarest, tested, how)})`
        : groupSql(terms, documents, how),
    );
  return groups.length === 0 ? sql`true` : sql.join(groups, sql` AND `);
}

/** The ids of documents that have a rare group, and all of the tested ones. */
function withAll(rarest: WordGroup, tested: readonly WordGroup[], how: Matching): SQL {
  const tests = tested.map(
    (terms) => sql`
      EXISTS (SELECT FROM document_search AS other
        WHERE other.id = rare.id AND ${anyOf(terms, how)} OFFSET 0)`,
  );
  return sql`SELECT rare.id FROM (${indexed(rarest, how)} OFFSET 0) AS rare
    WHERE ${sql.join(tests, sql` AND `)} OFFSET 0`;
}

/** The groups of a search that are looked up in the index of words. */
export const wordGroups = ({ groups }: Search): readonly WordGroup[] =>
  groups.filter((terms) => terms.every(({ finds, not }) => finds === 'words' && !not));

/** The rows of the index that have a group, for PostgreSQL to say how many it expects. */
export const rowsWith = (group: WordGroup): SQL =>
  indexed(group, { forgiving: false, asSets: true });

/** Whether being forgiving can find anything more. */
export function canForgive({ groups }: Search): boolean {
  return groups.some((terms) => terms.some((term) => !term.not && nameOf(term) !== null));
}

function groupSql(terms: readonly Term[], documents: Documents, how: Matching): SQL {
  const [only] = terms;
  if (only?.finds === 'status' && terms.length === 1) {
    return sql`${documents.status} ${sql.raw(only.not ? '<>' : '=')} ${only.status}`;
  }
  const end = how.asSets ? sql` OFFSET 0` : sql``;
  if (only?.not && terms.length === 1) {
    return sql`NOT EXISTS (SELECT FROM (${indexed([only], how)}${end}) AS other WHERE other.id = ${documents.id})`;
  }
  const within = terms.filter((term) => term.finds !== 'status' && !term.not);
  const others = terms.filter((term) => !within.includes(term));
  const sets = [
    ...(within.length > 0 ? [indexed(within, how)] : []),
    ...others.map(
      (term) => sql`SELECT id FROM ${documents.table} WHERE ${groupSql([term], documents, how)}`,
    ),
  ];
  return sql`${documents.id} IN (${sql.join(sets, sql` UNION ALL `)}${end})`;
}

/** The ids of documents with any of the terms in one row of the index. */
function indexed(terms: readonly Term[], how: Matching): SQL {
  return sql`SELECT id FROM document_search WHERE ${anyOf(terms, how)}`;
}

function anyOf(terms: readonly Term[], { forgiving }: Matching): SQL {
  const conditions = terms.map((term) => {
    if (term.finds === 'words') return wordsSql(term, forgiving && !term.not);
    return term.finds === 'range' ? rangeSql(term) : sql`false`;
  });
  return sql`(${sql.join(conditions, sql` OR `)})`;
}

function wordsSql(term: WordsCondition, forgiving: boolean): SQL {
  const words = sql`words @@ ${lexemesOf(term)}::tsquery`;
  const name = forgiving ? nameOf(term) : null;
  return name === null ? words : sql`(${words} OR names %> ${name})`;
}

const NAMES = new Set(['', 'name', 'seller', 'buyer']);
/** Shorter words, and numbers, are similar to too many others. */
const NAME = /^\p{L}{4,}$/u;

/** What a name may be similar to; null where the words must be just these. */
function nameOf(term: Condition): string | null {
  if (term.finds !== 'words' || term.exact || !NAMES.has(term.field)) return null;
  return term.words.every((word) => NAME.test(word)) ? term.words.join(' ') : null;
}

/**
 * The words as PostgreSQL reads a tsquery. They hold nothing but letters, digits and the point of a
 * number, so nothing in them needs escaping.
 */
export function lexemesOf({ field, words, joined, exact, prefix }: WordsCondition): string {
  const mark = field === '' ? '' : `${field}:`;
  const row = words.map((word, index) =>
    prefix && index === words.length - 1 ? `'${mark}${word}':*` : `'${mark}${word}'`,
  );
  const alternatives = [row.join(' <-> ')];
  if (joined !== null) alternatives.push(`'${mark}${joined}'${prefix ? ':*' : ''}`);
  const [only = ''] = words;
  if (words.length === 1 && !exact && field === '') {
    alternatives.push(`'${STEM}${only}'`);
    for (const stem of stemsOf(only)) alternatives.push(`'${STEM}${stem}'`, `'${stem}'`);
  }
  return alternatives.map((each) => `(${each})`).join(' | ');
}

const TYPES = {
  total: 'numeric',
  net: 'numeric',
  tax: 'numeric',
  day: 'date',
  due: 'date',
  received: 'date',
};

function rangeSql({ column, least, most }: RangeCondition): SQL {
  const left = sql.raw(column);
  const type = sql.raw(TYPES[column]);
  const bounds = [
    least && sql`${left} ${sql.raw(least.included ? '>=' : '>')} ${least.value}::${type}`,
    most && sql`${left} ${sql.raw(most.included ? '<=' : '<')} ${most.value}::${type}`,
  ];
  return sql.join(
    bounds.filter((bound) => bound !== null),
    sql` AND `,
  );
}
