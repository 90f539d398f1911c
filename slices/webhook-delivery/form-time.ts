import { Type } from 'typebox';
import { badRequest } from '../../shared/web/problem.ts';

/** A time as a form sends it, `2026-01-31T10:00` in UTC, or with its zone as programs write it. */
export const FormTime = Type.String({
  maxLength: 40,
  pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$`,
});

/** @throws Problem 400 for a day or an hour that there is not */
export function timeOfForm(text: string): Date {
  const time = new Date(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(time.getTime()))
    throw badRequest(`“${text}” is no time. Write it like 2026-01-31T10:00.`);
  return time;
}

/** The value of such a field, in UTC: a browser's zone is not known here. */
export const formTime = (time: Date): string => time.toISOString().slice(0, 16);
