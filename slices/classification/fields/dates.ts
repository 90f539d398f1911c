import { createRequire } from 'node:module';
import type { Chrono } from 'chrono-node';
import type { Line } from '../document-text.ts';
import type { DateOrder, Reading } from './finding.ts';

/** A date in a text: ISO 8601; `alternative` is the other reading of an ambiguous one. */
export interface FoundDate {
  iso: string;
  alternative: string | null;
  /** False where the order of day and month, or the century, is a guess. */
  certain: boolean;
  start: number;
  end: number;
}

const NUMERIC = /(?<![\d.,/-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?![\d/-]|[.,]\d)/g;
const YEAR_FIRST = /(?<![\d.,/-])(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?![\d/-]|[.,]\d)/g;
/** Month names are left to chrono, which is asked only about texts that may hold one and a year. */
const WORD = /\p{L}{3}|年/u;
const YEAR = /(?<!\d)(?:1[89]|20|21)\d\d(?!\d)|\p{L}[ -]{1,2}\d\d(?!\d)/u;
const WORDED_REACH = 300;

/** chrono compares with a reference; a fixed one keeps the outcome a function of the text. */
const REFERENCE = new Date(Date.UTC(2000, 0, 1));
const LOCALES = ['de', 'en', 'es', 'fi', 'fr', 'it', 'ja', 'nl', 'pt', 'ru', 'sv', 'uk', 'zh'];
const require = createRequire(import.meta.url);

/** Loaded when a text in its language comes: all together they take a third of a second. */
const parserOf = (locale: string): Chrono =>
  (require(`chrono-node/${locale}`) as { strict: Chrono }).strict;

/** Dates from left to right. Matches without a year in digits are not dates of a document. */
export function findDates(text: string, { language, dateOrder }: Reading): FoundDate[] {
  const numeric = [...yearFirst(text), ...dayOrMonthFirst(text, dateOrder)];
  const worded = wordedDates(text, language).filter(
    ({ start, end }) => !numeric.some((date) => start < date.end && date.start < end),
  );
  return [...numeric, ...worded].toSorted((a, b) => a.start - b.start);
}

/**
 * Day or month first, for dates such as 03/04/2024: decided by other dates of the document that
 * can be read in one way only, then by language and by signs of the United States.
 */
export function decideDateOrder(lines: Line[], language: string | null): DateOrder {
  let dayFirst = 0;
  let monthFirst = 0;
  for (const { text } of lines) {
    for (const [, first, mark, second] of text.matchAll(NUMERIC)) {
      if (mark === '.') continue;
      if (Number(first) > 12 && Number(second) <= 12) dayFirst += 1;
      if (Number(second) > 12 && Number(first) <= 12) monthFirst += 1;
    }
  }
  if (dayFirst !== monthFirst) return { monthFirst: monthFirst > dayFirst, certain: true };
  if (language !== 'en' && language !== null) return { monthFirst: false, certain: true };
  const region = regionOf(lines);
  return { monthFirst: region !== 'elsewhere', certain: region !== null };
}

/** A state and ZIP code or US dollars; or a currency, tax or country where the day comes first. */
function regionOf(lines: Line[]): 'us' | 'elsewhere' | null {
  let us = 0;
  let elsewhere = 0;
  for (const { text } of lines) {
    if (/\b[A-Z]{2},? \d{5}(?:-\d{4})?\b|\bUSD\b|\bUnited States\b|\bUSA\b|\bU\.S\./.test(text))
      us += 1;
    if (
      /[£€₹]|\b(?:GBP|EUR|INR|AUD|VAT|GST|United Kingdom|England|Ireland|India|Australia|New Zealand|IBAN)\b/.test(
        text,
      )
    ) {
      elsewhere += 1;
    }
  }
  if (us === elsewhere) return null;
  return us > elsewhere ? 'us' : 'elsewhere';
}

function yearFirst(text: string): FoundDate[] {
  return [...text.matchAll(YEAR_FIRST)].flatMap((match) => {
    const [whole, year, , month, day] = match;
    const iso = isoDate(Number(year), Number(month), Number(day));
    return iso === null ? [] : [found(iso, match.index, whole.length)];
  });
}

function dayOrMonthFirst(text: string, order: DateOrder): FoundDate[] {
  return [...text.matchAll(NUMERIC)].flatMap((match) => {
    const [whole, first, mark, second, yearDigits = ''] = match;
    const year = fullYear(yearDigits);
    const byDay = isoDate(year, Number(second), Number(first));
    // With points the day comes first everywhere.
    const byMonth = mark === '.' ? null : isoDate(year, Number(first), Number(second));
    const iso = (order.monthFirst ? byMonth : byDay) ?? byDay ?? byMonth;
    if (iso === null) return [];
    const other = iso === byDay ? byMonth : byDay;
    const ambiguous = other !== null && other !== iso;
    return {
      ...found(iso, match.index, whole.length),
      alternative: ambiguous && !order.certain ? other : null,
      certain: (!ambiguous || order.certain) && yearDigits.length === 4,
    };
  });
}

function wordedDates(text: string, language: string | null): FoundDate[] {
  if (!WORD.test(text) || !YEAR.test(text)) return [];
  const own = LOCALES.find((locale) => locale === language);
  for (const locale of new Set([own ?? 'en', 'en'])) {
    const dates = parserOf(locale)
      .parse(text.slice(0, WORDED_REACH), REFERENCE)
      .filter(({ start }) =>
        ['year', 'month', 'day'].every((part) => start.isCertain(part as 'year')),
      )
      .flatMap(({ start, index, text: words }) => {
        const year = start.get('year');
        const iso = isoDate(year ?? 0, start.get('month') ?? 0, start.get('day') ?? 0);
        const hasYear = year !== null && words.includes(String(year % 100).padStart(2, '0'));
        return iso === null || !hasYear ? [] : [found(iso, index, words.length)];
      });
    if (dates.length > 0) return dates;
  }
  return [];
}

function found(iso: string, start: number, length: number): FoundDate {
  return { iso, alternative: null, certain: true, start, end: start + length };
}

function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

function isoDate(year: number, month: number, day: number): string | null {
  if (year < 1800 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCDate() === day ? date.toISOString().slice(0, 10) : null;
}
