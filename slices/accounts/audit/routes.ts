import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { EventCatalogue } from '../../../shared/event-catalogue.ts';
import type { App } from '../../../shared/web/server.ts';
import type { ActorNames } from '../actor-names.contract.ts';
import { showSettings } from '../settings/page.ts';
import { csvLine } from './csv.ts';
import { subjects, type AuditFilter, type AuditQueries, type Subject } from './queries.ts';
import type { RefusalBook } from './refusals.ts';
import { actView, auditView, PAGE_SIZE, refusalView } from './view.ts';

const Day = Type.Optional(Type.String({ pattern: '^(\\d{4}-\\d\\d-\\d\\d)?$' }));
const Asked = Type.Object({
  about: Type.Unsafe<Subject>(Type.String({ enum: [...subjects], default: 'all' })),
  who: Type.Optional(Type.String({ maxLength: 100 })),
  from: Day,
  to: Day,
  show: Type.Optional(Type.String({ enum: ['refused'] })),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
});
type Query = Type.Static<typeof Asked>;

const MOST_REFUSED = 200;
const EXPORT_PAGE = 1_000;
const DAY_MS = 86_400_000;

export interface AuditParts {
  queries: AuditQueries;
  refusals: RefusalBook;
  actorNames: ActorNames;
  catalogue: EventCatalogue;
}

/** Who did what, when, why and from where; and who was refused. */
export function auditRoutes(app: App, parts: AuditParts): void {
  app.get(
    '/settings/audit',
    { schema: { hide: true, querystring: Asked } },
    async (request, reply) => {
      const filter = filterOf(request.query);
      const showsRefused = request.query.show === 'refused';
      const before = request.query.before ?? null;
      const now = new Date();
      const [acts, refused] = showsRefused
        ? [[], await latestRefused(MOST_REFUSED)]
        : [await parts.queries.acts(filter, before, PAGE_SIZE + 1), []];
      const actors = [
        ...acts.map(({ metadata }) => metadata.actor),
        ...refused.map(({ actor }) => actor),
      ];
      const names = await parts.actorNames.of(filter.who ? [...actors, filter.who] : actors);
      const shown = auditView({
        filter,
        showsRefused,
        acts: acts.map((event) => actView(event, names, parts.catalogue, now)),
        refused: refused.map((one) => refusalView(one, names, now)),
        names,
        before,
      });
      const page = { template: 'audit/audit', title: 'Audit', tab: 'audit', shown };
      return showSettings(request, reply, page);
    },
  );

  app.get(
    '/settings/audit.csv',
    { schema: { hide: true, querystring: Asked } },
    async (request, reply) => {
      const lines =
        request.query.show === 'refused' ? refusedLines() : actLines(filterOf(request.query));
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="doctrail-audit.csv"')
        .send(Readable.from(lines));
    },
  );

  async function latestRefused(limit: number) {
    await parts.refusals.flush();
    return parts.queries.refused(limit);
  }

  async function* actLines(filter: AuditFilter): AsyncGenerator<string> {
    yield csvLine(['time', 'who', 'actor', 'what', 'event', 'stream', 'why', 'from', 'position']);
    for (let before: number | null = null; ;) {
      const events = await parts.queries.acts(filter, before, EXPORT_PAGE);
      const names = await parts.actorNames.of(events.map(({ metadata }) => metadata.actor));
      for (const event of events) {
        const act = actView(event, names, parts.catalogue, event.storedAt);
        const { who, actor, what, type, stream, why, from, position } = act;
        yield csvLine([
          act.when.iso,
          who,
          actor,
          what,
          type,
          stream,
          why ?? '',
          from ?? '',
          position,
        ]);
      }
      const last = events.at(-1);
      if (!last || events.length < EXPORT_PAGE) return;
      before = last.position;
    }
  }

  async function* refusedLines(): AsyncGenerator<string> {
    yield csvLine(['first', 'last', 'count', 'who', 'actor', 'from', 'what']);
    const refused = await latestRefused(100_000);
    const names = await parts.actorNames.of(refused.map(({ actor }) => actor));
    for (const one of refused) {
      const { first, last, count, who, actor, address, what } = refusalView(one, names, one.lastAt);
      yield csvLine([first.iso, last.iso, count, who, actor, address, what]);
    }
  }
}

function filterOf({ about, who, from, to }: Query): AuditFilter {
  const day = (text: string | undefined): Date | null => {
    const time = Date.parse(text ?? '');
    return Number.isNaN(time) ? null : new Date(time);
  };
  const last = day(to);
  return {
    about,
    who: who ?? null,
    from: day(from),
    to: last && new Date(last.getTime() + DAY_MS),
  };
}
