import type { EventCatalogue } from '../../../shared/event-catalogue.ts';
import type { StoredEvent } from '../../../shared/event.ts';
import { momentView } from '../../document-board/board-row.contract.ts';
import { subjects, type AuditFilter, type RefusalRecord, type Subject } from './queries.ts';

const PAGE = '/settings/audit';
export const PAGE_SIZE = 50;

/** Names of actors, by actor. */
type Names = ReadonlyMap<string, string>;

const subjectWords: Record<Subject, string> = {
  all: 'Everything done',
  accounts: 'Users and tokens',
  documents: 'Documents',
  other: 'Other settings',
};

/** An act, told: who did what, when, why, from where. */
export function actView(event: StoredEvent, names: Names, catalogue: EventCatalogue, now: Date) {
  const { id, type, stream, data, metadata, storedAt, position } = event;
  const reason = data['reason'];
  const what = catalogue.find(type)?.sentence(data) ?? type;
  return {
    id,
    position,
    type,
    stream,
    who: names.get(metadata.actor) ?? 'somebody who is gone',
    actor: metadata.actor,
    whoHref: hrefFor({ about: 'all', who: metadata.actor, from: null, to: null }),
    what,
    subject: subjectHref(stream),
    when: momentView(storedAt, now),
    why: typeof reason === 'string' ? reason : null,
    /** The reason where the sentence does not give it. */
    untold: typeof reason === 'string' && !what.includes(reason) ? reason : null,
    from: metadata.from ?? null,
  };
}

export type ActView = ReturnType<typeof actView>;

/** The page of a thing that a stream is about, where it has one. */
function subjectHref(stream: string): string | null {
  const [, kind, id] = /^(document|user|endpoint)-(.+)$/.exec(stream) ?? [];
  if (kind === 'document') return `/documents/${id}`;
  if (kind === 'user') return `/settings/users/${id}`;
  if (kind === 'endpoint') return `/notifications/endpoints/${id}`;
  return stream.startsWith('token-') ? `/settings/tokens#${stream}` : null;
}

/** What a status and a route say of a refusal, in words. */
export function refusalWords(what: string): string {
  const [status = '', ...route] = what.split(' ');
  const asked = route.join(' ');
  if (what === '401 POST /sign-in') return 'Signing in: wrong e-mail address or password';
  if (what === '401 POST /sign-in/code') return 'Signing in: wrong code';
  const [, atProvider] = /^\d+ GET \/sign-in\/oidc\/callback (?:sign-in-)?(.+)$/.exec(what) ?? [];
  if (atProvider !== undefined)
    return `Signing in at the provider: ${atProvider.replaceAll('-', ' ')}`;
  const why: Record<string, string> = {
    '401': 'not known',
    '403': 'not allowed',
    '429': 'too often',
  };
  return why[status] === undefined ? what : `${asked}: ${why[status]}`;
}

/** A refusal, and how often it came. */
export function refusalView(refusal: RefusalRecord, names: Names, now: Date) {
  const { actor, address, what, count, firstAt, lastAt } = refusal;
  return {
    who: actor === 'nobody' ? 'somebody unknown' : (names.get(actor) ?? 'somebody who is gone'),
    actor,
    address,
    what: refusalWords(what),
    count,
    first: momentView(firstAt, now),
    last: momentView(lastAt, now),
  };
}

/** The page of the audit: chips to choose by, and what was found. */
export function auditView(of: {
  filter: AuditFilter;
  showsRefused: boolean;
  acts: readonly ActView[];
  refused: readonly ReturnType<typeof refusalView>[];
  names: Names;
  before: number | null;
}) {
  const { filter, showsRefused, acts } = of;
  const shown = acts.slice(0, PAGE_SIZE);
  const older = acts.length > PAGE_SIZE ? shown.at(-1)?.position : undefined;
  return {
    chips: [
      ...subjects.map((about) => ({
        word: subjectWords[about],
        href: hrefFor({ ...filter, about }),
        current: !showsRefused && filter.about === about,
      })),
      { word: 'Refused', href: `${PAGE}?show=refused`, current: showsRefused },
    ],
    showsRefused,
    who: filter.who && {
      name: of.names.get(filter.who) ?? 'somebody who is gone',
      clearHref: hrefFor({ ...filter, who: null }),
    },
    fields: hiddenFields(filter),
    from: dayOf(filter.from),
    to: dayOf(filter.to && new Date(filter.to.getTime() - 1)),
    acts: shown,
    refused: of.refused,
    firstHref: of.before === null ? null : hrefFor(filter),
    olderHref: older === undefined ? null : hrefFor(filter, { before: `${older}` }),
    exportHref: showsRefused
      ? `${PAGE}.csv?show=refused`
      : hrefFor(filter).replace(PAGE, `${PAGE}.csv`),
  };
}

const dayOf = (time: Date | null): string => time?.toISOString().slice(0, 10) ?? '';

const hiddenFields = ({ about, who }: AuditFilter) => [
  { name: 'about', value: about },
  ...(who === null ? [] : [{ name: 'who', value: who }]),
];

function hrefFor(filter: AuditFilter, more: Record<string, string> = {}): string {
  const { from, to } = filter;
  const fields = hiddenFields(filter).map(({ name, value }) => [name, value]);
  const last = to && new Date(to.getTime() - 1);
  const days = [
    ['from', dayOf(from)],
    ['to', dayOf(last)],
  ].filter(([, day]) => day !== '');
  return `${PAGE}?${new URLSearchParams([...fields, ...days, ...Object.entries(more)] as [string, string][])}`;
}
