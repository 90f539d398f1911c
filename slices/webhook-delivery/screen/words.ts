import { sentenceCase } from '../../document-board/board-row.contract.ts';
import { knownRules } from '../../notification-rules/rules.contract.ts';
import type { DeliveryState } from '../delivery/table.ts';

/** `failed-twice` → `Failed twice`. */
export const ruleName = sentenceCase;

/** Rules that a delivery can be of: a test message is of none, and is named like one. */
export const deliveryRules: readonly string[] = [...knownRules.map(({ name }) => name), 'test'];

/** The name of an endpoint: its description, or else the host of its URL. */
export function endpointName({
  url,
  description,
}: {
  url: string | null;
  description: string | null;
}): string {
  if (description) return description;
  return url === null ? '(erased)' : (URL.parse(url)?.host ?? url);
}

/** Icon and word of each state of a delivery. */
export const stateWords: Record<DeliveryState, { icon: string; word: string }> = {
  pending: { icon: 'waiting', word: 'Pending' },
  retrying: { icon: 'retrying', word: 'Retrying' },
  delivered: { icon: 'completed', word: 'Delivered' },
  failed: { icon: 'failed', word: 'Given up' },
};

/** What came back last: `status 500`, the reason why nothing did, or both. */
export function outcomeText(status: number | null, error: string | null): string | null {
  const parts = [status === null ? null : `status ${status}`, error];
  return parts.filter((part) => part !== null).join(': ') || null;
}
