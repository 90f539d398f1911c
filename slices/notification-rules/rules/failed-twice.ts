import type { NotificationRule } from '../rule.ts';

/** Counts over the whole history: retries of an administrator and reprocessing begin no new count. */
export const failedTwice: NotificationRule = {
  name: 'failed-twice',
  type: 'document.failed-twice',
  says: 'Some step of a document has failed a second time, for the first time.',
  on: (steps) => steps.map(({ events }) => events.Failed),
  matches(steps, history) {
    const second = steps.flatMap(({ slug, events }) => {
      const [, failed] = history.filter(events.Failed.is);
      if (!failed) return [];
      const { code, kind, message } = failed.data.error;
      return [{ event: failed, step: slug, error: { code, kind, message } }];
    });
    return second.toSorted((one, other) => one.event.position - other.event.position);
  },
};
