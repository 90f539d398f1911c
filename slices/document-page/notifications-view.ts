import {
  countdownView,
  countText,
  momentView,
  sentenceCase,
  type MomentView,
} from '../document-board/board-row.contract.ts';
import {
  deliveryHref,
  type DocumentNotification,
  type EndpointInfo,
  type NotifiedEndpoint,
} from '../webhook-delivery/document-notifications.contract.ts';

/** One thing to tell about a notification: an icon, a word, and what is to come. */
interface NotificationLine {
  status: string;
  word: string;
  /** When it is tried again. */
  next: MomentView | null;
  /** Where it goes, and the page of the delivery there; null where it goes nowhere. */
  endpoint: { name: string; href: string } | null;
}

type Outcome = Pick<NotificationLine, 'status' | 'word' | 'next'>;
type Endpoints = ReadonlyMap<string, EndpointInfo>;

/** A notification of the document, and what became of it at each endpoint. */
export interface NotificationView {
  rule: string;
  at: MomentView;
  lines: NotificationLine[];
}

export function notificationViews(
  notifications: readonly DocumentNotification[],
  endpoints: Endpoints,
  now: Date,
): NotificationView[] {
  return notifications.map((notification) => ({
    rule: sentenceCase(notification.rule),
    at: momentView(notification.at, now),
    lines: linesOf(notification, endpoints, now),
  }));
}

const suppressed = {
  'sent-before': 'Not sent: it is sent once a document',
  'before-the-rule': 'Not sent: this happened first before the rule watched',
};

function linesOf(
  notification: DocumentNotification,
  known: Endpoints,
  now: Date,
): NotificationLine[] {
  switch (notification.state) {
    case 'suppressed':
      return [nowhere('skipped', suppressed[notification.why])];
    case 'requested':
      return [nowhere('waiting', 'Requested')];
    case 'addressed': {
      const { endpoints } = notification;
      if (endpoints.length === 0) return [nowhere('skipped', 'No endpoint wanted it')];
      return endpoints.map((one) => {
        const { name, isPaused } = known.get(one.endpoint) ?? { name: 'Endpoint', isPaused: false };
        return { ...outcomeOf(one, isPaused, now), endpoint: { name, href: deliveryHref(one) } };
      });
    }
    default:
      return notification satisfies never;
  }
}

const nowhere = (status: string, word: string): NotificationLine => ({
  status,
  word,
  next: null,
  endpoint: null,
});

function outcomeOf(
  { state, attempts, nextTryAt }: NotifiedEndpoint,
  isPaused: boolean,
  now: Date,
): Outcome {
  const tried = countText(attempts, 'attempt');
  switch (state) {
    case 'pending':
      return { status: 'waiting', word: isPaused ? 'Waits: paused' : 'To be sent', next: null };
    case 'retrying': {
      const word = `Not delivered after ${tried}`;
      if (isPaused) return { status: 'retrying', word: `${word}, paused`, next: null };
      // What is due and not under way waits until its endpoint is tried again.
      if (nextTryAt && nextTryAt <= now)
        return { status: 'retrying', word: `${word}, waits for its endpoint`, next: null };
      const next = nextTryAt && countdownView(nextTryAt, now);
      return { status: 'retrying', word: `${word}, next try`, next };
    }
    case 'delivered': {
      const word = attempts > 1 ? `Delivered after ${tried}` : 'Delivered';
      return { status: 'completed', word, next: null };
    }
    case 'failed':
      return { status: 'failed', word: `Given up after ${tried}`, next: null };
    default:
      return state satisfies never;
  }
}
