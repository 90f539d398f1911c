import { containsText } from './contains-text.ts';

/** What the manifest calls a field, and what Doctrail does. */
const NAMES: Record<string, string> = {
  invoice_number: 'documentNumber',
  date: 'date',
  date_due: 'dueDate',
  amount: 'total',
  amount_untaxed: 'net',
  amount_tax: 'tax',
  currency: 'currency',
  issuer: 'seller',
  partner_name: 'seller',
  vat: 'vatId',
  iban: 'iban',
};
const AMOUNTS = new Set(['total', 'net', 'tax']);
const DATES = new Set(['date', 'dueDate']);
const LOCALES = ['en', 'de', 'fr', 'nl', 'pl', 'es', 'it'];
const SIGNS: Record<string, RegExp> = {
  EUR: /EUR|€/,
  USD: /USD|\$/,
  GBP: /GBP|£/,
  PLN: /PLN|zł/,
  INR: /INR|Rs\.?|₹/,
};

/** A field of an invoice that the manifest names. */
export interface ExpectedField {
  name: string;
  /** Normalised: ISO 8601 dates, amounts as `1234.50`. */
  value: string;
}

export function expectedFields(fields: Record<string, unknown> | null): ExpectedField[] {
  return Object.entries(fields ?? {}).flatMap(([given, value]) => {
    const name = NAMES[given];
    if (name === undefined) return [];
    return [{ name, value: typeof value === 'number' ? value.toFixed(2) : String(value) }];
  });
}

/** Whether a reader of the text could find the value at all, in any usual way of writing it. */
export function isVisible({ name, value }: ExpectedField, text: string): boolean {
  if (name === 'currency') return (SIGNS[value] ?? new RegExp(value)).test(text);
  if (AMOUNTS.has(name)) return amountPattern(value).test(text);
  if (DATES.has(name)) return datePattern(value).test(text);
  return containsText(text.toLowerCase(), value.toLowerCase());
}

/** Whether one of the values that were found is the expected one. */
export function isFound(
  { name, value }: ExpectedField,
  found: readonly { name: string; value: string }[],
): boolean {
  const values = found.filter((field) => field.name === name).map((field) => field.value);
  if (AMOUNTS.has(name)) return values.some((each) => Number(each) === Number(value));
  return values.some((each) => bare(each) === bare(value));
}

/** Names are compared by their letters and digits. */
const bare = (value: string): string =>
  value
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

/** `1939.00` as 1939, 1,939.00 or 1.939,00. */
function amountPattern(value: string): RegExp {
  const [whole = '', cents = '00'] = value.split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, "[.,' \\u00A0\\u202F]?");
  const decimals = cents === '00' ? '(?:[.,](?:00|-+))?' : `[.,]${cents.replace(/0$/, '0?')}`;
  return new RegExp(`(?<![\\d.,])${grouped}${decimals}(?![\\d])`);
}

/** Day, month (in digits or words) and year, in the three usual orders. */
function datePattern(value: string): RegExp {
  const [year = '', month = '', day = ''] = value.split('-');
  const words = LOCALES.flatMap((locale) =>
    (['long', 'short'] as const).map((style) =>
      new Intl.DateTimeFormat(locale, { month: style, day: 'numeric', timeZone: 'UTC' })
        .formatToParts(new Date(value))
        .filter(({ type }) => type === 'month')
        .map(({ value: name }) => name.replace('.', ''))
        .join(''),
    ),
  );
  const d = `0?${Number(day)}(?:st|nd|rd|th)?`;
  const m = `(?:0?${Number(month)}|${[...new Set(words)].join('|')})`;
  const y = `(?:${year}|${year.slice(2)})`;
  const gap = '[\\s.,/-]{1,3}';
  const orders = [
    `${d}${gap}${m}${gap}${y}`,
    `${m}${gap}${d}${gap}${y}`,
    `${year}${gap}${m}${gap}${d}`,
  ];
  return new RegExp(`(?<!\\d)(?:${orders.join('|')})(?!\\d)`, 'i');
}
