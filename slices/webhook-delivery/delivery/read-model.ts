import { dropWhenErased } from '../../../shared/erased.ts';
import type { Fold, Projection } from '../../../shared/projection.ts';
import {
  NotificationAbandoned,
  NotificationAddressed,
  NotificationAttempted,
  NotificationDelivered,
  NotificationResendRequested,
} from '../events.ts';
import { evolveDeliveries, subjectOf } from './deliveries.ts';
import { deliveriesTable, type DeliveryRecord } from './table.ts';

const WEBHOOK_DELIVERIES = 'webhook-deliveries';

/** The deliveries of one stream: a row of the table each. */
interface Deliveries {
  id: string;
  all: readonly DeliveryRecord[];
}

const facts = [
  NotificationAddressed,
  NotificationAttempted,
  NotificationDelivered,
  NotificationAbandoned,
  NotificationResendRequested,
];

const apply: Fold<Deliveries>['apply'] = (row, event) => ({
  id: subjectOf(event.stream) ?? '',
  all: evolveDeliveries(row?.all ?? [], event),
});

/** Every message to every endpoint, and what became of it. */
export const deliveriesProjection: Projection<Deliveries> = {
  name: WEBHOOK_DELIVERIES,
  tableName: 'webhook_deliveries',
  table: deliveriesTable,
  idOf: subjectOf,
  live: true,
  folds: [...facts.map((event) => ({ event, apply })), dropWhenErased()],
  // Between the two stand the table's rows, of which the kernel knows no more than the id.
  parts: {
    split: ({ all }) => all,
    join(rows) {
      const all = rows as unknown as DeliveryRecord[];
      const [first] = all;
      if (!first) throw new Error('A stream of deliveries has no row.');
      const inOrder = all.toSorted(
        (one, other) => one.position - other.position || one.endpoint.localeCompare(other.endpoint),
      );
      return { id: first.id, all: inOrder };
    },
  },
};
