import {
  countdownView,
  countText,
  momentView,
  sentenceCase,
  type MomentView,
} from '../document-board/board-row.contract.ts';
import type {
  DocumentNotification,
  NotifiedEndpoint,
} from '../webhook-delivery/document-notifications.contract.ts';

/** One thing to tell about a notification: an icon, a word, and what is to come. */
interface NotificationLine {
  status: string;
  word: string;
  /** When it is tried again. */
  next: MomentView | null;
}

/** A notification of the document, and what became of it at each endpoint. */
export interface NotificationView {
  rule: string;
  at: MomentView;
  lines: NotificationLine[];
}

export function notificationViews(
  notifications: readonly DocumentNotification[],
  now: Date,
): NotificationView[] {
  return notifications.map((notification) => ({
    rule: sentenceCase(notification.rule),
    at: momentView(notification.at, now),
    lines: linesOf(notification, now),
  }));
}

const suppressed = {
  'sent-before': 'Not sent: it is sent once a document',
  'before-the-rule': 'Not sent: this happened first before the rule watched',
};

function linesOf(notification: DocumentNotification, now: Date): NotificationLine[] {
  switch (notification.state) {
    case 'suppressed':
      return [{ status: 'skipped', word: suppressed[notification.why], next: null }];
    case 'requested':
      return [{ status: 'waiting', word: 'Requested', next: null }];
    case 'addressed': {
      const { endpoints } = notification;
      if (endpoints.length === 0)
        return [{ status: 'skipped', word: 'No endpoint wanted it', next: null }];
      return endpoints.map((endpoint) => endpointLine(endpoint, now));
    }
    default:
      return notification satisfies never;
  }
}

function endpointLine(
  { state, attempts, nextTryAt }: NotifiedEndpoint,
  now: Date,
): NotificationLine {
  const tried = countText(attempts, 'attempt');
  switch (state) {
    case 'pending':
      return { status: 'waiting', word: 'To be sent', next: null };
    case 'retrying': {
      const next = nextTryAt && countdownView(nextTryAt, now);
      return { status: 'retrying', word: `Not delivered after ${tried}, next try`, next };
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
