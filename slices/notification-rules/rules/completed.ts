import { DocumentCompleted } from '../../pipeline/events.ts';
import type { NotificationRule } from '../rule.ts';

export const completed: NotificationRule = {
  name: 'completed',
  type: 'document.completed',
  says: 'A document has completed every step, for the first time.',
  on: () => [DocumentCompleted],
  matches: (_steps, history) =>
    history
      .filter(({ type }) => type === DocumentCompleted.type)
      .map((event) => ({ event, step: null, error: null })),
};
