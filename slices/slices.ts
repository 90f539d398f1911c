import type { EventDefinition } from '../shared/event.ts';
import type { Slice, StepSlice } from '../shared/slice.ts';
import * as accountsEvents from './accounts/events.ts';
import { accountsSlice } from './accounts/slice.ts';
import { classification } from './classification/slice.ts';
import type { Cradle } from './container.ts';
import { documentBoard } from './document-board/slice.ts';
import { documentPage } from './document-page/slice.ts';
import * as erasureEvents from './erasure/events.ts';
import { erasure } from './erasure/slice.ts';
import * as failureAdminEvents from './failure-admin/events.ts';
import { failureAdmin } from './failure-admin/slice.ts';
import { inspection } from './inspection/slice.ts';
import * as notificationRulesEvents from './notification-rules/events.ts';
import { notificationRules } from './notification-rules/slice.ts';
import * as pipelineEvents from './pipeline/events.ts';
import { pipeline } from './pipeline/slice.ts';
import { publication } from './publication/slice.ts';
import * as receiveDocumentEvents from './receive-document/events.ts';
import { receiveDocument } from './receive-document/slice.ts';
import * as retryPolicyEvents from './retry-policy/events.ts';
import { retryPolicy } from './retry-policy/slice.ts';
import { search } from './search/slice.ts';
import * as slaTrackingEvents from './sla-tracking/events.ts';
import { slaTracking } from './sla-tracking/slice.ts';
import { system } from './system/slice.ts';
import { textExtraction } from './text-extraction/slice.ts';
import * as webhookDeliveryEvents from './webhook-delivery/events.ts';
import { webhookDelivery } from './webhook-delivery/slice.ts';

/** The steps of every new document, in order. A fifth is a folder and a line here. */
export const stepSlices: readonly StepSlice[] = [
  inspection,
  textExtraction,
  classification,
  publication,
];

/** All features, in the order in which a document meets them. */
export function composeSlices(cradle: Cradle): Slice[] {
  return [
    accountsSlice(cradle),
    receiveDocument(cradle),
    pipeline(cradle),
    ...cradle.stepSlices,
    retryPolicy(cradle),
    failureAdmin(cradle),
    notificationRules(cradle),
    webhookDelivery(cradle),
    search,
    slaTracking(cradle),
    erasure(cradle),
    documentBoard(cradle),
    documentPage(cradle),
    system(cradle),
  ];
}

/** Every event there is; the store reads with this list before any slice is made. */
export function eventsOf(steps: readonly StepSlice[]): EventDefinition[] {
  const modules = [
    accountsEvents,
    receiveDocumentEvents,
    pipelineEvents,
    retryPolicyEvents,
    failureAdminEvents,
    notificationRulesEvents,
    webhookDeliveryEvents,
    slaTrackingEvents,
    erasureEvents,
  ];
  return [
    ...modules.flatMap((module): EventDefinition[] => Object.values(module)),
    ...steps.flatMap((slice) => slice.events ?? []),
  ];
}
