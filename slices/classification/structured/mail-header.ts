import type { Line } from '../document-text.ts';
import type { Structured } from './structured.ts';
import type { Stated } from './vocabulary.ts';

/** Header lines as text extraction writes them at the top of a mail, and its list of attachments. */
const HEADER = /^(From|To|Cc|Date|Subject|Attachment): (.{1,900})$/;
const NAMES: Record<string, string> = {
  From: 'from',
  To: 'to',
  Cc: 'cc',
  Date: 'date',
  Subject: 'subject',
  Attachment: 'attachment',
};
const ADDRESS = /[\w.%+-]{1,64}@[\p{L}\p{N}.-]{3,190}/u;
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Who wrote when to whom about what: the header of a mail, whose text begins with it. */
export function readMailHeader(lines: Line[]): Structured {
  const end = lines.findIndex(({ blankBefore }, at) => at > 0 && blankBefore);
  const head = lines.slice(0, end === -1 ? undefined : end);
  const attached = lines.filter(({ text }) => text.startsWith('Attachment: '));
  const stated = [...head, ...attached].flatMap(({ text }) => statedIn(text));
  return { origin: 'e-mail header', kind: null, fields: stated };
}

function statedIn(text: string): Stated[] {
  const [, label = '', content = ''] = HEADER.exec(text) ?? [];
  const name = NAMES[label];
  const value = name === 'date' ? dayOf(content) : content.trim().slice(0, 200);
  if (name === undefined || value === null || value === '') return [];
  const source = text.slice(0, 200);
  const address = name === 'from' ? ADDRESS.exec(content)?.[0].toLowerCase() : undefined;
  return [
    { name, value, source },
    ...(address === undefined ? [] : [{ name: 'email', value: address, source }]),
  ];
}

/** RFC 5322: `Tue, 5 Mar 2024 10:00:00 +0100`; the day as the sender's clock showed it. */
function dayOf(date: string): string | null {
  const [, day, month = '', year] =
    /^(?:\p{L}{2,9}\.?, {0,2})?(\d{1,2}) ([A-Za-z]{3}) (\d{4})(?!\d)/u.exec(date) ?? [];
  const index = MONTHS.indexOf(month.toLowerCase());
  if (day === undefined || index === -1) return null;
  const time = Date.UTC(Number(year), index, Number(day));
  return Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, 10);
}
