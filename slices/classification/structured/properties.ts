import type { Stated } from './vocabulary.ts';
import type { Structured } from './structured.ts';

/** What programs write into a file beside its content; `creationDate` as PDF or ISO 8601 has it. */
export interface Properties {
  title?: string;
  author?: string;
  creationDate?: string;
}

const MAX_LENGTH = 200;
const FIRST_YEAR = 1985;
/** What programs put there unasked. */
const NOBODY = /^(?:unknown|user|admin(?:istrator)?|author|owner|root|anonymous|\(anonymous\)|-)$/i;
const NO_TITLE =
  /^(?:untitled|unbenannt|document\d*|dokument\d*|title|\(anonymous\)|print|presentation\d*|powerpoint[ -]\p{L}+|-)$|\.\w{2,4}$|^microsoft \w+ -/iu;

/** Title, author and day of creation as the file's own properties state them. */
export function documentProperties({ title, author, creationDate }: Properties): Structured {
  const stated = [
    asStated('title', title, NO_TITLE),
    asStated('author', author, NOBODY),
    asStated('created', dayOf(creationDate), /^$/),
  ];
  return { origin: 'document properties', kind: null, fields: stated.flat() };
}

function asStated(name: string, value: string | undefined, useless: RegExp): Stated[] {
  const text = value?.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_LENGTH) ?? '';
  return text === '' || useless.test(text) ? [] : [{ name, value: text, source: text }];
}

/** `D:20240131120000+01'00'` or `2024-01-31T12:00:00Z`: the day as the writer's clock showed it. */
function dayOf(moment: string | undefined): string | undefined {
  const [, year, month, day] = /^(?:D:)?(\d{4})-?(\d\d)-?(\d\d)/.exec(moment ?? '') ?? [];
  const iso = `${year}-${month}-${day}`;
  // Some programs write the beginning of their clock where they know no time.
  return Number(year) >= FIRST_YEAR && !Number.isNaN(Date.parse(iso)) ? iso : undefined;
}
