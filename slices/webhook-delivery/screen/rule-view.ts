import {
  countText,
  momentView,
  stepTitle,
  type StepTitles,
} from '../../document-board/board-row.contract.ts';
import type { ActionView } from '../../failure-admin/action-view.contract.ts';
import type {
  EventMark,
  PastMessage,
  Period,
  ShownRule,
} from '../../notification-rules/rule-book.contract.ts';
import { formTime } from '../form-time.ts';
import { ruleName } from './words.ts';

/** What a dry run found. */
export interface DryRun {
  period: Period;
  messages: readonly PastMessage[];
  /** Where to go on; null when that is all. */
  next: EventMark | null;
}

/** Everything the page of a rule shows. */
export interface RulePageData {
  rule: ShownRule;
  /** Null until it is asked for. */
  dryRun: DryRun | null;
  after: EventMark | null;
  names: ReadonlyMap<string, string>;
  titles: StepTitles;
  canAct: boolean;
  now: Date;
}

const DAY_MS = 24 * 3600 * 1000;

/** The page of a rule as its templates show it. */
export function ruleView(data: RulePageData) {
  const { rule, dryRun, canAct, now } = data;
  // Whole days, so that the form stays the same while somebody fills it in.
  const tomorrow = new Date(Math.ceil(now.getTime() / DAY_MS) * DAY_MS);
  const period = dryRun?.period ?? {
    from: new Date(tomorrow.getTime() - 7 * DAY_MS),
    to: tomorrow,
  };
  return {
    slug: rule.name,
    name: ruleName(rule.name),
    says: rule.says,
    type: rule.type,
    self: ruleHref(rule.name, dryRun?.period ?? null, data.after),
    streamHref: ruleHref(rule.name, dryRun?.period ?? null, data.after, '/stream'),
    since: rule.enabledAt && momentView(new Date(rule.enabledAt), now),
    figures: [
      { name: 'Messages so far', value: rule.requested.toLocaleString('en') },
      { name: 'Held again, not sent', value: rule.suppressed.toLocaleString('en') },
    ],
    from: formTime(period.from),
    to: formTime(period.to),
    dryRun: dryRun && dryRunView(dryRun, data),
    past: rule.past.map((one) => pastView(one, data)),
    sendPast: canAct && dryRun ? sendPast(rule, dryRun.period) : null,
  };
}

export type RuleView = ReturnType<typeof ruleView>;

function dryRunView(
  { messages, next, period }: DryRun,
  { rule, titles, now, after }: RulePageData,
) {
  return {
    messages: messages.map((one) => ({
      id: one.documentId,
      fileName: one.fileName ?? 'A document',
      href: `/documents/${one.documentId}`,
      why:
        one.step &&
        `${stepTitle(one.step, titles)} failed: ${one.error?.message ?? one.error?.code ?? ''}`,
      at: momentView(new Date(one.occurredAt), now),
      sent: one.requested && momentView(new Date(one.requested.at), now),
    })),
    text: messages.length === 0 ? null : countText(messages.length, 'message'),
    firstHref: after ? ruleHref(rule.name, period, null) : null,
    nextHref: next && ruleHref(rule.name, period, next),
  };
}

function pastView(one: ShownRule['past'][number], { names, now }: RulePageData) {
  return {
    id: one.id,
    status: one.finished ? 'completed' : 'processing',
    word: one.finished ? `${countText(one.finished.requested, 'message')} requested` : 'Running',
    from: momentView(new Date(one.from), now),
    to: momentView(new Date(one.to), now),
    by: `${names.get(one.actor) ?? 'somebody who is gone'}: ${one.reason ?? '(erased)'}`,
    at: momentView(new Date(one.requestedAt), now),
  };
}

const sendPast = ({ name }: ShownRule, { from, to }: Period): ActionView => ({
  id: 'act-send-past',
  icon: 'up',
  label: 'Send for this period',
  explains:
    'Sends what happened before the rule watched and was never requested, to every endpoint that wants the rule. Nothing is sent twice.',
  href: `/notifications/rules/${name}/send-past`,
  choice: null,
  fields: { from: from.toISOString(), to: to.toISOString() },
});

function ruleHref(rule: string, period: Period | null, after: EventMark | null, more = ''): string {
  const path = `/notifications/rules/${rule}${more}`;
  if (!period) return path;
  const search = new URLSearchParams({ from: formTime(period.from), to: formTime(period.to) });
  if (after) search.set('mark', `${after.storedAt.getTime()}_${after.position}`);
  return `${path}?${search.toString()}`;
}

/** The other way round; null for what no page has linked to. */
export function parseMark(text: string | undefined): EventMark | null {
  const [, time, position] = /^(\d{1,14})_(\d{1,15})$/.exec(text ?? '') ?? [];
  return time && position ? { storedAt: new Date(Number(time)), position: Number(position) } : null;
}
