import type { Line } from '../document-text.ts';
import { fold } from '../phrases.ts';
import type { Reading } from './finding.ts';

/** An amount in a text; `cents` is exact. `explicit` means decimals or a currency stand with it. */
export interface Amount {
  cents: number;
  currency: string | null;
  explicit: boolean;
  start: number;
  end: number;
}

const SYMBOLS: Record<string, string> = {
  '€': 'EUR',
  $: 'USD',
  us$: 'USD',
  '£': 'GBP',
  '¥': 'JPY',
  '₹': 'INR',
  '₽': 'RUB',
  '₺': 'TRY',
  '₴': 'UAH',
  '₩': 'KRW',
  rs: 'INR',
  'rs.': 'INR',
  euro: 'EUR',
  euros: 'EUR',
  zl: 'PLN',
  kc: 'CZK',
  ft: 'HUF',
  fr: 'CHF',
  'fr.': 'CHF',
  r$: 'BRL',
  c$: 'CAD',
  a$: 'AUD',
};
const CODES =
  'EUR|USD|GBP|CHF|JPY|CNY|INR|PLN|CZK|HUF|SEK|NOK|DKK|CAD|AUD|NZD|SGD|HKD|BRL|MXN|ZAR|TRY|RUB|UAH|RON|BGN|ISK|ILS|AED|THB|KRW|DEM';
const CURRENCY = String.raw`${CODES}|US\$|R\$|C\$|A\$|[€$£¥₹₽₺₴₩]|Rs\.?|[Ee]uros?|EURO|zł|Kč|Ft|Fr\.?`;
/** Languages that group thousands with a space; in others two numbers stand side by side. */
const SPACED = new Set([
  'fr',
  'pl',
  'cs',
  'sk',
  'sv',
  'fi',
  'no',
  'nb',
  'ru',
  'uk',
  'bg',
  'hu',
  'et',
  'lt',
  'lv',
]);

const GROUPED = String.raw`\d{1,3}(?:[.'’]\d{3}){1,4}(?:,\d{1,4})?|\d{1,3}(?:[,'’]\d{2,3}){1,5}(?:\.\d{1,4})?`;
const PLAIN = String.raw`\d{1,12}(?:[.,]\d{1,4})?`;
const SPACE_GROUPED = String.raw`\d{1,3}(?: \d{3}){1,4}(?:[.,]\d{1,4})?`;

const pattern = (number: string): RegExp =>
  new RegExp(
    String.raw`(?<![\p{L}\p{N}.,/:_-])(?:([-−–]) ?)?(?:(${CURRENCY}) ?)?([-−–] ?)?(${number})(?:,[-–]{1,2})?(-(?!\d))?(?: ?(%)| ?(${CURRENCY})(?!\p{L}))?(?![\p{L}\p{N}/:_]|[.,-]\d)`,
    'gu',
  );
const TIGHT = pattern(`${GROUPED}|${PLAIN}`);
const LOOSE = pattern(`${SPACE_GROUPED}|${GROUPED}|${PLAIN}`);

/** Amounts of money, or bare numbers, from left to right; percentages are left out. */
export function findAmounts(text: string, { language, decimal }: Reading): Amount[] {
  const matcher = language !== null && SPACED.has(language) ? LOOSE : TIGHT;
  return [...text.matchAll(matcher)].flatMap((match) => {
    const [whole, before, prefix, between, number = '', after, percent, suffix] = match;
    const parsed = percent === undefined ? parseNumber(number, decimal) : null;
    if (parsed === null) return [];
    const negative = before !== undefined || between !== undefined || after !== undefined;
    const currency = currencyOf(prefix ?? suffix);
    return {
      cents: negative ? -parsed.cents : parsed.cents,
      currency,
      explicit: parsed.decimals === 2 || (currency !== null && parsed.decimals === 0),
      start: match.index,
      end: match.index + whole.length,
    };
  });
}

/** The mark before decimals that most amounts of the document use; `.` where there are none. */
export function decimalMark(lines: Line[], language: string | null): '.' | ',' {
  let commas = 0;
  let points = 0;
  for (const { text } of lines) {
    commas += text.match(/\d,\d\d(?![\d,.]|\p{L})/gu)?.length ?? 0;
    points += text.match(/\d\.\d\d(?![\d,.]|\p{L})/gu)?.length ?? 0;
  }
  if (commas === points) return language === 'en' || language === null ? '.' : ',';
  return commas > points ? ',' : '.';
}

/** Cents as `1234.50`. */
export function formatAmount(cents: number): string {
  return (cents / 100).toFixed(2);
}

function parseNumber(
  number: string,
  decimal: '.' | ',',
): { cents: number; decimals: number } | null {
  const last = Math.max(number.lastIndexOf('.'), number.lastIndexOf(','));
  const tail = last < 0 ? '' : number.slice(last + 1);
  const mark = number.charAt(last);
  const twice = last >= 0 && number.indexOf(mark) !== last;
  // `1.234` is a thousand in a document that writes decimals with a comma.
  const isDecimal = tail !== '' && !twice && (tail.length !== 3 || mark === decimal);
  const decimals = isDecimal ? tail.length : 0;
  const digits = (isDecimal ? number.slice(0, last) : number).replaceAll(/\D/g, '');
  const value = Number(`${digits}.${isDecimal ? tail : '0'}`);
  return digits.length > 12 ? null : { cents: Math.round(value * 100), decimals };
}

function currencyOf(mark: string | undefined): string | null {
  if (mark === undefined) return null;
  return SYMBOLS[fold(mark)] ?? SYMBOLS[mark] ?? mark.toUpperCase();
}
