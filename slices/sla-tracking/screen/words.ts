import type { StepTitles } from '../../document-board/board-row.contract.ts';
import { stepTitle } from '../../document-board/board-row.contract.ts';
import { DOCUMENT_CLOCK, type SlaState } from '../clocks/clock.ts';
import { phaseOf, phases, type Phase } from '../clocks/phase.ts';
import type { Grain } from '../figures/tallies.ts';

/** `Whole document`, or the title of the step. */
export const clockName = (clock: string, titles: StepTitles): string =>
  clock === DOCUMENT_CLOCK ? 'Whole document' : stepTitle(clock, titles);

const isPhase = (text: string | null): text is Phase => phases.some((phase) => phase === text);

/** Where most of the time of a missed promise went: `Working on text extraction`. */
export function causeText(step: string | null, phase: string | null, titles: StepTitles): string {
  if (!step || !isPhase(phase)) return 'Not known yet';
  const words = phaseOf(phase, stepTitle(step, titles).toLowerCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const stateWords: Readonly<Record<SlaState, string>> = {
  'on-track': 'On track',
  'at-risk': 'At risk',
  breached: 'Breached',
  met: 'Met',
  'met-late': 'Met late',
};

/** `98.2 %`; never 100 when something was missed. */
export function shareText(share: number): string {
  const percent = share === 1 ? 100 : Math.floor(share * 1000) / 10;
  return `${percent.toLocaleString('en')} %`;
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const hour = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** When a part of a period begins, in UTC: `14:00`, `21 Nov 06:00`, `21 Nov`. */
export function partName(start: Date, grain: Grain): string {
  if (grain === 24) return day.format(start);
  return grain === 1 ? hour.format(start) : `${day.format(start)} ${hour.format(start)}`;
}
