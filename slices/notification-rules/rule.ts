import type { Static } from 'typebox';
import type { EventDefinition, StoredEvent } from '../../shared/event.ts';
import type { Step } from '../../shared/steps/step.ts';
import type { NotificationRequested } from './events.ts';

/** An event at which a rule holds, and what a message says of it. */
export interface Match extends Pick<Static<typeof NotificationRequested.schema>, 'step' | 'error'> {
  event: StoredEvent;
}

/** When an external team wants to hear of a document: a pure function of its history. */
export interface NotificationRule {
  /** For ever: what was sent, and whom to, is kept under it. */
  name: string;
  /** Of the message. */
  type: `document.${string}`;
  /** A sentence for people. */
  says: string;
  /** The events at which it may hold. */
  on(steps: readonly Step[]): EventDefinition[];
  /** Every event at which it holds, oldest first; a message is sent for the first alone. */
  matches(steps: readonly Step[], history: readonly StoredEvent[]): Match[];
}

const STREAM = 'notification-rule-';

/** The stream that holds what happened to a rule itself. */
export const ruleStream = (rule: string): string => STREAM + rule;

/** The rule a stream is about, or null when it is about something else. */
export function ruleOfStream(stream: string): string | null {
  return stream.startsWith(STREAM) ? stream.slice(STREAM.length) : null;
}
