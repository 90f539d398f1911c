import { on, type Fold } from '../../shared/projection.ts';
import {
  slaEnded,
  slaFixed,
  slaSaid,
  withoutSla,
  type DocumentSla,
} from '../sla-tracking/document-sla.contract.ts';
import { SlaBreached, SlaTargetsFixed, SlaWarningRaised } from '../sla-tracking/events.ts';
import type { DocumentStatus } from './board-row.contract.ts';

interface Row extends DocumentSla {
  status: DocumentStatus;
  endedAt: Date | null;
}

/** What is said of a document's promise, which is no change of the document: `updatedAt` stays. */
export function slaFolds<R extends Row>(): Fold<R>[] {
  return [
    on<R, typeof SlaTargetsFixed>(
      SlaTargetsFixed,
      (row, { data }) => row && { ...row, ...slaFixed(slaOf(row), data, endOfClock(row)) },
    ),
    on<R, typeof SlaWarningRaised>(
      SlaWarningRaised,
      (row, { data }) => row && { ...row, ...slaSaid(slaOf(row), data, 'at-risk') },
    ),
    on<R, typeof SlaBreached>(
      SlaBreached,
      (row, { data }) => row && { ...row, ...slaSaid(slaOf(row), data, 'breached') },
    ),
  ];
}

/** The document ends, or is cancelled. */
export const endSla = (row: Row, at: Date, stopped: boolean): DocumentSla =>
  slaEnded(slaOf(row), at, stopped);

/** It is processed again: nothing is promised until new targets are fixed. */
export const nextSla = (row: Row): DocumentSla => withoutSla(row.slaRun + 1);

const slaOf = ({ slaRun, slaState, slaDueAt, slaOrder }: Row): DocumentSla => ({
  slaRun,
  slaState,
  slaDueAt,
  slaOrder,
});

/** The clock goes on while the document has failed. */
function endOfClock({ status, endedAt }: Row) {
  const ended = endedAt !== null && (status === 'completed' || status === 'cancelled');
  return ended ? { at: endedAt, stopped: status === 'cancelled' } : null;
}
