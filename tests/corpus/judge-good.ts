import { containsText } from './contains-text.ts';
import { expectedFields, isFound, isVisible } from './expected-fields.ts';
import type { Check, Ended } from './outcome.ts';

/** Formats that are refused with a sentence that says what to send instead. */
const UNSUPPORTED = new Set(['legacy_office']);
const INVOICE_LIKE = new Set(['invoice', 'receipt']);

/** What the manifest expects of a good document, check by check. */
export function judgeGood(ended: Ended): Check[] {
  const { entry, document } = ended;
  if (UNSUPPORTED.has(entry.kind)) return [refusal(ended)];
  const found = document?.error ? `${document.error.code}: ${document.error.message}` : '';
  const state = document?.status ?? `refused: ${ended.refusal}`;
  const completed = {
    about: 'survival',
    expected: 'completed',
    found: `${state} ${found}`,
  } as const;
  return [
    { ...completed, holds: state === 'completed' },
    ...texts(ended),
    ...pages(ended),
    ...invoice(ended),
    ...fields(ended),
    ...mail(ended),
  ];
}

function refusal({ document }: Ended): Check {
  const { status, error } = document ?? { status: 'refused', error: null };
  const holds = status === 'failed' && error?.code === 'unsupported-format';
  const found = `${status} ${error?.code ?? ''}`;
  return { about: 'survival', expected: 'failed unsupported-format', holds, found };
}

function texts({ entry, text }: Ended): Check[] {
  return entry.expectedContains.map((expected) => ({
    about: 'text',
    expected,
    holds: containsText(text, expected),
    found: '',
  }));
}

function pages({ entry, document }: Ended): Check[] {
  const { expectedPages } = entry;
  if (expectedPages === null) return [];
  const found = String(document?.pages ?? null);
  return [
    {
      about: 'pages',
      expected: `${expectedPages} pages`,
      holds: found === `${expectedPages}`,
      found,
    },
  ];
}

function invoice({ entry, document }: Ended): Check[] {
  const found = document?.kind ?? 'none';
  if (entry.docClass === 'invoice')
    return [{ about: 'invoice', expected: 'kind invoice', holds: found === 'invoice', found }];
  if (INVOICE_LIKE.has(entry.docClass)) return [];
  return [{ about: 'not-invoice', expected: 'no invoice', holds: found !== 'invoice', found }];
}

/** The fields of invoices and receipts, as far as they can be seen in the text that was extracted. */
function fields({ entry, document, text }: Ended): Check[] {
  if (!INVOICE_LIKE.has(entry.docClass)) return [];
  const found = document?.fields ?? [];
  return expectedFields(entry.expectedFields)
    .filter((field) => isVisible(field, text))
    .map((field) => ({
      about: 'field',
      expected: `${field.name} ${field.value}`,
      holds: isFound(field, found),
      found: found
        .filter(({ name }) => name === field.name)
        .map(({ value }) => value)
        .join(' | '),
    }));
}

function mail({ entry, document, text }: Ended): Check[] {
  if (entry.kind !== 'eml') return [];
  const { subject, attachments } = entry.expectedFields ?? {};
  const found = document?.title ?? '';
  const expected = typeof subject === 'string' ? subject : null;
  const title = {
    about: 'mail',
    expected: `title ${expected}`,
    holds: found === expected,
    found,
  } as const;
  const names = (Array.isArray(attachments) ? attachments : []).map(String);
  return [
    ...(expected === null ? [] : [title]),
    ...names.map((name): Check => {
      const holds = containsText(text, name);
      return { about: 'mail', expected: `attachment ${name}`, holds, found: '' };
    }),
  ];
}
