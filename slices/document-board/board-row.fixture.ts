import { NOT_DUE } from '../sla-tracking/document-sla.contract.ts';
import type { BoardRow } from './board-row.contract.ts';

/** A document that was just received, at the time of its id. */
export function boardRow(changes: Partial<BoardRow> = {}): BoardRow {
  return {
    id: '019aa6b3-1c40-7000-8000-000000000001',
    position: 1,
    fileName: 'invoice.pdf',
    bytes: 84_300,
    mediaType: null,
    kind: null,
    language: null,
    title: null,
    pages: null,
    status: 'received',
    step: null,
    plan: ['inspection', 'text-extraction', 'classification', 'publication'],
    finished: 0,
    attempts: 0,
    error: null,
    retry: null,
    duplicateOf: null,
    slaState: null,
    slaDueAt: null,
    slaOrder: NOT_DUE,
    receivedAt: new Date('2025-11-21T14:00:00Z'),
    updatedAt: new Date('2025-11-21T14:00:00Z'),
    endedAt: null,
    revision: 1,
    ...changes,
  };
}
