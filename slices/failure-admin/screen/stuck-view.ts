import type { DeadJob, DeadLetters, ParkedStream } from '../../../shared/dead-letters.ts';
import { documentOf } from '../../../shared/event.ts';
import { countText, countdownView, momentView } from '../../document-board/board-row.contract.ts';
import type { ActionView } from '../action-view.contract.ts';

/** What could not be delivered, as far as it is listed. */
export interface StuckData {
  deliveries: Awaited<ReturnType<DeadLetters['streams']>>;
  jobs: Awaited<ReturnType<DeadLetters['jobs']>>;
}

export function stuckView({ deliveries, jobs }: StuckData, canAct: boolean, now: Date) {
  return {
    deliveries: deliveries.streams.map((one) => ({
      id: deliveryId(one),
      subscription: one.subscription,
      stream: one.stream,
      documentHref: documentHref(documentOf(one.stream)),
      eventType: one.eventType,
      position: one.position.toLocaleString('en'),
      ...errorView(one.error),
      attempts: countText(one.attempts, 'attempt'),
      since: momentView(one.parkedAt, now),
      next: one.nextTryAt && countdownView(one.nextTryAt, now),
      waiting: one.waiting === 0 ? 'none' : countText(one.waiting, 'event'),
      previewHref: previewHref(one),
      runAgain: canAct ? runDelivery(one) : null,
    })),
    jobs: jobs.jobs.map((one) => ({
      id: `job-${one.id}`,
      job: one.id,
      queue: one.queue,
      document: one.document,
      documentHref: documentHref(one.document),
      ...errorView(one.error),
      attempts: countText(one.attempts, 'attempt'),
      since: momentView(one.failedAt, now),
      waiting: one.waiting === 0 ? 'none' : countText(one.waiting, 'job'),
      runAgain: canAct ? runJob(one) : null,
    })),
    runAllDeliveries: canAct && deliveries.total > 1 ? runAllDeliveries : null,
    runAllJobs: canAct && jobs.total > 1 ? runAllJobs : null,
    deliveriesText: countText(deliveries.total, 'stream'),
    jobsText: countText(jobs.total, 'job'),
    moreDeliveries: moreText(deliveries.total, deliveries.streams.length),
    moreJobs: moreText(jobs.total, jobs.jobs.length),
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const documentHref = (id: string | null): string | null =>
  id !== null && UUID.test(id) ? `/documents/${id}` : null;

/** The first line says what, the rest is for whoever looks closer. */
function errorView(error: string) {
  const headline = error.trim().split('\n', 1)[0] ?? '';
  return { headline, error: error.trim() === headline ? null : error };
}

function moreText(total: number, shown: number): string | null {
  return total > shown ? `The oldest ${shown} of ${total.toLocaleString('en')} are shown.` : null;
}

type Delivery = Pick<ParkedStream, 'subscription' | 'stream'>;

const deliveryId = ({ subscription, stream }: Delivery): string =>
  `delivery-${subscription}-${stream}`.replaceAll(/[^\w-]/g, '-');

/** The events that would run. */
export const previewHref = ({ subscription, stream }: Delivery): string =>
  `/failures/deliveries?${new URLSearchParams({ subscription, stream }).toString()}`;

const again = { icon: 'rebuild', label: 'Run again', choice: null };
const deliveries = '/failures/deliveries/run-again';
const jobs = '/failures/jobs/run-again';

export const runDelivery = (one: Delivery): ActionView => ({
  ...again,
  id: `act-${deliveryId(one)}`,
  explains: 'Handles the event that failed and all that wait behind it, in order.',
  href: deliveries,
  fields: { subscription: one.subscription, stream: one.stream },
});

const runJob = ({ queue, id }: Pick<DeadJob, 'queue' | 'id'>): ActionView => ({
  ...again,
  id: `act-job-${id}`,
  explains: 'Does the job once more; those behind it follow.',
  href: jobs,
  fields: { queue, id },
});

const runAllDeliveries: ActionView = {
  ...again,
  id: 'act-all-deliveries',
  label: 'Run all again',
  explains: 'Handles every stuck stream again, in the order in which its events were stored.',
  href: deliveries,
  fields: { subscription: '', stream: '' },
};

const runAllJobs: ActionView = {
  ...again,
  id: 'act-all-jobs',
  label: 'Run all again',
  explains: 'Does every job that failed once more.',
  href: jobs,
  fields: { queue: '', id: '' },
};
