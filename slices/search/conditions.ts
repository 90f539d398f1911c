import { sql, type SQL } from 'drizzle-orm';
import type { Condition, RangeCondition, Search, Term, WordsCondition } from './query.ts';
import { stemsOf } from './stems.ts';
import { STEM } from './vector.ts';

/** The columns of the documents that are searched. */
interface Columns {
  id: SQL;
  status: SQL;
}

/**
 * The condition on documents that a search finds. `forgiving`: names need only be similar to a word,
 * which is asked for where nothing has the words themselves.
 */
export function matching(search: Search, columns: Columns, forgiving = false): SQL {
  if (search.isHopeless) return sql`false`;
  const groups = search.groups.map((terms) => groupSql(terms, columns, forgiving));
  return groups.length === 0 ? sql`true` : sql.join(groups, sql` AND `);
}

/** Whether `forgiving` can find anything more. */
export function canForgive({ groups }: Search): boolean {
  return groups.some((terms) => terms.some((term) => !term.not && nameOf(term) !== null));
}

function groupSql(terms: readonly Term[], columns: Columns, forgiving: boolean): SQL {
  const alternatives = terms.map((term): SQL => {
    if (term.finds === 'status') return sql`${columns.status} = ${term.status}`;
    const has = term.finds === 'range' ? rangeSql(term) : wordsSql(term, forgiving && !term.not);
    // A set of ids, which PostgreSQL joins in whichever order is cheapest.
    return term.not
      ? sql`NOT EXISTS (SELECT FROM document_search AS other WHERE other.id = ${columns.id} AND ${has})`
      : sql`${columns.id} IN (SELECT id FROM document_search WHERE ${has})`;
  });
  return alternatives.length === 1
    ? (alternatives[0] ?? sql`true`)
    : sql`(${sql.join(alternatives, sql` OR `)})`;
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
