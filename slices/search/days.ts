/** Days from the first to the last, both included, as ISO 8601. */
export interface Days {
  first: string;
  last: string;
}

const WRITTEN = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$/;
const GERMAN = /^(?:(?:(\d{1,2})\.)?(\d{1,2})\.)?(\d{4})$/;

/** A year, a month or a day: `2024`, `2024-03`, `03.2024`, `2024-03-05`, `5.3.2024`; null where it is none. */
export function daysOf(text: string): Days | null {
  const [, year, month, day] = WRITTEN.exec(text) ?? turned(GERMAN.exec(text)) ?? [];
  if (year === undefined) return null;
  const first = `${year}-${pad(month)}-${pad(day)}`;
  const last = day === undefined ? lastOf(Number(year), Number(month ?? 12)) : first;
  return isDay(first) && isDay(last) ? { first, last } : null;
}

/** A day as ISO 8601; null where the value is none. */
export function dayOf(value: string | undefined): string | null {
  return value !== undefined && isDay(value) ? value : null;
}

function turned(found: RegExpExecArray | null): (string | undefined)[] | null {
  return found && [found[0], found[3], found[2], found[1]];
}

const pad = (number = '1') => number.padStart(2, '0');

function lastOf(year: number, month: number): string {
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function isDay(text: string): boolean {
  const at = /^[1-9]\d{3}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(NaN);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
