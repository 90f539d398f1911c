import { roundText } from '../../../../public/time.js';
import {
  momentView,
  type MomentView,
  type StepTitles,
} from '../../../document-board/board-row.contract.ts';
import type { Calendar } from '../../calendar/calendar.ts';
import { clockName } from '../../screen/words.ts';
import type { TargetChange } from '../command.ts';
import type { MatchingTarget, Target } from '../target.ts';
import { WEEKDAYS } from './calendar-form.ts';

interface ActionView {
  id: string;
  href: string;
  icon: string;
  label: string;
  explains: string;
  fields: Record<string, string>;
}

interface TargetView {
  name: string;
  matches: string;
  times: string[];
  calendar: string;
  editHref: string;
  actions: ActionView[];
}

export interface TargetsView {
  canAct: boolean;
  version: number;
  targets: TargetView[];
  changes: { version: number; at: MomentView; who: string; reason: string }[];
}

/** The targets in the order in which they are asked, the default last, and who changed them. */
export function targetsView(
  changes: readonly TargetChange[],
  options: { names: ReadonlyMap<string, string>; titles: StepTitles; canAct: boolean; now: Date },
): TargetsView {
  const { names, titles, canAct, now } = options;
  const current = changes.at(-1);
  const targets = current?.data.targets ?? [];
  const version = current?.version ?? 0;
  return {
    canAct,
    version,
    targets: [
      ...targets.map((target, place) => ({
        ...shown(target, titles),
        name: target.name,
        matches: matchText(target),
        editHref: `/sla/targets/${place}`,
        actions: canAct ? actionsOf(target, place, targets.length, version) : [],
      })),
      ...(current
        ? [
            {
              ...shown(current.data.default, titles),
              name: 'Default',
              matches: targets.length === 0 ? 'every upload' : 'every other upload',
              editHref: '/sla/targets/default',
              actions: [],
            },
          ]
        : []),
    ],
    changes: changes.toReversed().map(({ version, data, storedAt, metadata }) => ({
      version,
      at: momentView(storedAt, now),
      who: names.get(metadata.actor) ?? metadata.actor,
      reason: data.reason ?? '(erased)',
    })),
  };
}

const shown = (target: Target, titles: StepTitles) => ({
  times: timesOf(target, titles),
  calendar: calendarText(target.calendar),
});

function matchText({ source, label }: MatchingTarget): string {
  return [source && `source “${source}”`, label && `label “${label}”`]
    .filter(Boolean)
    .join(' and ');
}

function timesOf({ documentMs, stepMs, steps }: Target, titles: StepTitles): string[] {
  const text = (ms: number | null) => (ms === null ? 'no promise' : roundText(ms));
  const own = Object.entries(steps).map(([slug, ms]) => `${clockName(slug, titles)}: ${text(ms)}`);
  return [
    `Whole document: ${text(documentMs)}`,
    `${own.length === 0 ? 'Each step' : 'Each other step'}: ${text(stepMs)}`,
    ...own,
  ];
}

function calendarText(calendar: Calendar): string {
  if (calendar.kind === 'always') return 'around the clock';
  const days = WEEKDAYS.flatMap((name, index) => {
    const hours = calendar.week.filter(({ day }) => day === index + 1);
    return hours.length === 0
      ? []
      : [`${name.slice(0, 3)} ${hours.map(({ from, to }) => `${from}–${to}`).join(', ')}`];
  });
  const special = calendar.holidays.length + calendar.exceptions.length;
  return `${days.join('; ')} (${calendar.timeZone}${special > 0 ? `, ${special} special days` : ''})`;
}

function actionsOf(
  { name }: MatchingTarget,
  place: number,
  count: number,
  version: number,
): ActionView[] {
  const action = (edit: string, icon: string, label: string, explains: string): ActionView => ({
    id: `act-${edit}-${place}`,
    href: `/sla/targets/${place}/${edit}`,
    icon,
    label,
    explains,
    fields: { version: String(version) },
  });
  return [
    ...(place > 0
      ? [action('up', 'up', 'Move up', `“${name}” is then asked before the one above it.`)]
      : []),
    ...(place < count - 1
      ? [action('down', 'down', 'Move down', `“${name}” is then asked after the one below it.`)]
      : []),
    action(
      'remove',
      'close',
      'Remove',
      `What “${name}” matches is then promised what the next match says. Documents that were received keep their promises.`,
    ),
  ];
}
