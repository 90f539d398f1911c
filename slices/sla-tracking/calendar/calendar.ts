import { Type, type Static } from 'typebox';

/** A time of day on a wall clock, `09:00`; `24:00` is the end of the day. */
const TimeOfDay = Type.String({ pattern: '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$' });
const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description: 'ISO 8601 date' });
const Hours = Type.Object({ from: TimeOfDay, to: TimeOfDay }, { additionalProperties: false });

const Always = Type.Object({ kind: Type.Literal('always') }, { additionalProperties: false });
const Business = Type.Object(
  {
    kind: Type.Literal('business'),
    timeZone: Type.String({ maxLength: 64, description: 'IANA name, such as Europe/Berlin' }),
    week: Type.Array(
      Type.Object(
        {
          day: Type.Integer({ minimum: 1, maximum: 7, description: 'ISO 8601: 1 is Monday' }),
          from: TimeOfDay,
          to: TimeOfDay,
        },
        { additionalProperties: false },
      ),
      { maxItems: 70 },
    ),
    holidays: Type.Array(Day, { maxItems: 1_000, description: 'closed all day' }),
    exceptions: Type.Array(
      Type.Object(
        { date: Day, hours: Type.Array(Hours, { maxItems: 10 }) },
        { additionalProperties: false },
      ),
      {
        maxItems: 1_000,
        description: 'days with hours of their own, holidays or not; none: closed',
      },
    ),
  },
  { additionalProperties: false },
);

/** When time counts against a target: around the clock, or in the hours of a business. */
export const Calendar = Type.Union([Always, Business]);
export type Calendar = Static<typeof Calendar>;
export type BusinessCalendar = Static<typeof Business>;
