import { Type, type Static } from 'typebox';
import type { SlaState } from '../clocks/clock.ts';
import { shareMet, type Totals } from './figures.ts';
import type { OpenDocument } from './open-queries.ts';
import type { OverviewData } from './overview-view.ts';

const time = Type.String({ format: 'date-time' });
const orNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const count = Type.Integer({ minimum: 0 });
const milliseconds = Type.Number({ description: 'milliseconds' });
const percentiles = { p50: milliseconds, p95: milliseconds, p99: milliseconds };
const clock = Type.String({ description: 'slug of a step, or `document` for the whole' });
const partStart = Type.Union([time, Type.Null()], {
  description: 'when the part begins; null: the whole period',
});

const TotalsJson = Type.Object({
  completed: count,
  met: count,
  missed: count,
  share: orNull(Type.Number({ description: 'of promises that were kept, 0 to 1' })),
  took: orNull(Type.Object(percentiles)),
});
const OpenJson = Type.Object({
  id: Type.String({ format: 'uuid' }),
  fileName: orNull(Type.String()),
  startedAt: time,
  dueAt: orNull(time),
});

/** What the SLA page shows, for programs. */
export const SlaFigures = Type.Object(
  {
    period: Type.String(),
    from: time,
    to: time,
    grainHours: Type.Integer({ description: 'length of a part' }),
    target: orNull(Type.String()),
    totals: TotalsJson,
    before: TotalsJson,
    durations: Type.Array(Type.Object({ clock, start: partStart, ended: count, ...percentiles })),
    promises: Type.Array(Type.Object({ clock, start: time, met: count, missed: count })),
    causes: Type.Array(
      Type.Object({
        clock,
        step: orNull(Type.String()),
        phase: orNull(Type.String()),
        missed: count,
      }),
    ),
    open: Type.Object({ onTrack: count, atRisk: count, breached: count, unpromised: count }),
    atRisk: Type.Array(OpenJson),
    late: Type.Array(OpenJson),
    oldest: orNull(OpenJson),
  },
  { title: 'SlaFigures' },
);

export function toFiguresJson(data: OverviewData): Static<typeof SlaFigures> {
  const { figures, counts, atRisk, late, oldest } = data;
  const { period, target, durations, decided, causes } = figures;
  const inState = (state: SlaState | '') => counts.get(state) ?? 0;
  return {
    period: period.name,
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    grainHours: period.grain,
    target,
    totals: toTotals(figures.totals),
    before: toTotals(figures.compared),
    durations: durations.map((row) => ({ ...row, start: row.start?.toISOString() ?? null })),
    promises: decided.map((row) => ({ ...row, start: row.start.toISOString() })),
    causes: causes.map((row) => ({ ...row, step: row.step || null, phase: row.phase || null })),
    open: {
      onTrack: inState('on-track'),
      atRisk: inState('at-risk'),
      breached: inState('breached'),
      unpromised: inState(''),
    },
    atRisk: atRisk.map(toOpen),
    late: late.map(toOpen),
    oldest: oldest && toOpen(oldest),
  };
}

const toTotals = (totals: Totals) => ({ ...totals, share: shareMet(totals) });

const toOpen = ({ startedAt, dueAt, ...rest }: OpenDocument) => ({
  ...rest,
  startedAt: startedAt.toISOString(),
  dueAt: dueAt?.toISOString() ?? null,
});
