import { Type } from 'typebox';
import type { Step } from '../../../shared/steps/step.ts';
import { unprocessable } from '../../../shared/web/problem.ts';
import type { App } from '../../../shared/web/server.ts';
import type { StepTitles } from '../../document-board/board-row.contract.ts';
import { calendarFault } from '../calendar/fault.ts';
import { DOCUMENT_CLOCK } from '../clocks/clock.ts';
import { clockName } from '../screen/words.ts';
import { calendarFields, calendarOfForm, WEEKDAYS } from '../targets/screen/calendar-form.ts';
import type { TrackedPage } from './tracked-by-time.ts';
import { answerView } from './what-if-view.ts';
import { answer, type Question } from './what-if.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const BOUNDS = { documents: 100_000, ms: 5_000 };

/** Nothing, or a question; fields for each weekday come besides. */
const Asked = Type.Object(
  {
    from: Type.Optional(Type.String({ format: 'date' })),
    to: Type.Optional(Type.String({ format: 'date' })),
    minutes: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 527_040 })),
    clock: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: Type.String({ maxLength: 5_000 }) },
);
type Asked = {
  from?: string;
  to?: string;
  minutes?: number;
  clock?: string;
} & Record<string, unknown>;

/** "What if?": a past period judged again by another target or calendar. */
export function whatIfRoutes(
  app: App,
  { pages, steps, titles }: { pages: TrackedPage; steps: readonly Step[]; titles: StepTitles },
): void {
  const clocks = [DOCUMENT_CLOCK, ...steps.map(({ slug }) => slug)];

  app.get(
    '/sla/what-if',
    { schema: { hide: true, querystring: Asked } },
    async (request, reply) => {
      const asked = request.query as Asked;
      const now = new Date();
      const question = questionOf(asked, clocks, now);
      const result =
        question && (await answer(question, pages, { now: now.getTime(), bounds: BOUNDS }));
      const words = Object.fromEntries(
        Object.entries(asked).map(([name, value]) => [name, String(value)]),
      );
      return reply.view('slices/sla-tracking/past/what-if.njk', {
        active: 'sla',
        live: false,
        title: 'What if?',
        form: {
          fields: {
            from: dateOf(now.getTime() - 7 * DAY_MS),
            to: dateOf(now.getTime()),
            minutes: '',
            clock: DOCUMENT_CLOCK,
            ...calendarFields({ kind: 'always' }),
            ...words,
          },
          clocks: clocks.map((clock) => ({ value: clock, text: clockName(clock, titles) })),
          weekdays: WEEKDAYS,
        },
        answer: result && answerView(result),
      });
    },
  );
}

/** The question of a form that was sent; null while there is none. @throws Problem 422 for one that cannot be meant */
function questionOf(asked: Asked, clocks: readonly string[], now: Date): Question | null {
  const { from, to, minutes, clock = DOCUMENT_CLOCK } = asked;
  if (from === undefined || to === undefined || minutes === undefined) return null;
  if (!clocks.includes(clock))
    throw unprocessable(`There is no step "${clock}". The clocks are ${clocks.join(', ')}.`);
  const [start, end] = [Date.parse(from), Date.parse(to) + DAY_MS];
  if (start >= end) throw unprocessable('The period ends before it begins. Exchange its dates.');
  const fields = Object.entries(asked).filter(
    (field): field is [string, string] => typeof field[1] === 'string',
  );
  const calendar = calendarOfForm(Object.fromEntries(fields));
  const targetMs = Math.max(1, Math.round(minutes * MINUTE_MS));
  const fault = calendarFault(calendar, targetMs, now);
  if (fault !== null) throw unprocessable(fault);
  return { from: new Date(start), to: new Date(end), clock, targetMs, calendar };
}

const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);
