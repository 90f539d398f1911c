import type { BlobStore } from '../../../shared/blobs.ts';
import type { EventCatalogue } from '../../../shared/event-catalogue.ts';
import { documentStream, type StoredEvent } from '../../../shared/event.ts';
import type { EventStore } from '../../../shared/event-store.ts';
import { foldHistory } from '../../../shared/projection.ts';
import type { Step } from '../../../shared/steps/step.ts';
import { notFound } from '../../../shared/web/problem.ts';
import type { ActorNames } from '../../accounts/actor-names.contract.ts';
import { documentFromHistory, type BoardRecord } from '../../document-board/document.contract.ts';
import { refuseErased } from '../../erasure/erased.contract.ts';
import { historyEntries, type HistoryEntry } from '../../document-page/history.contract.ts';
import { courseOf } from '../../pipeline/course.contract.ts';
import { receivedOf } from '../../receive-document/received.contract.ts';
import { actionViews, type ActionView } from '../action-view.contract.ts';
import { failuresProjection, type FailureRecord } from '../read-model.ts';
import { attemptsOf, type Attempt, type Decision } from './attempts.ts';

/** Everything the page of one document's failure shows. */
export interface FailedDocumentData {
  record: BoardRecord;
  failure: FailureRecord;
  attempts: (Attempt | Decision)[];
  history: HistoryEntry[];
  /** What the reader may do now. */
  actions: ActionView[];
  input: { claimedMediaType: string; sha256: string };
  now: Date;
}

/** Reads the failure of one document from its history: true at once, without waiting for a table. */
export function createFailedDocumentReader(options: {
  steps: readonly Step[];
  store: EventStore;
  catalogue: EventCatalogue;
  blobs: BlobStore;
  actorNames: ActorNames;
}): (id: string, acts: boolean) => Promise<FailedDocumentData> {
  const { steps, store, catalogue, blobs, actorNames } = options;
  const foldDocument = documentFromHistory(steps, blobs);
  const projection = failuresProjection(steps);

  const attempts = (failure: FailureRecord, history: readonly StoredEvent[]) => {
    const step = steps.find(({ slug }) => slug === failure.step);
    return step ? attemptsOf(step, history) : [];
  };

  return async (id, acts) => {
    const history = await store.read(documentStream(id));
    await refuseErased(history, actorNames);
    const record = history.length === 0 ? undefined : await foldDocument(history);
    if (!record) throw noSuchDocument();
    const failure = await foldHistory(projection, history, blobs);
    if (!failure) throw neverFailed();
    const names = await actorNames.of(history.map(({ metadata }) => metadata.actor));
    const { claimedMediaType, sha256 } = receivedOf(history);
    return {
      record,
      failure,
      attempts: attempts(failure, history),
      history: historyEntries(history, catalogue, names),
      actions: acts ? actionViews(steps, courseOf(steps, history), id) : [],
      input: { claimedMediaType, sha256 },
      now: new Date(),
    };
  };
}

const noSuchDocument = () =>
  notFound('There is no document with this id. Check the address, or look for it on the board.');

const neverFailed = () =>
  notFound('No step of this document has ever failed. Its own page shows where it stands.');
