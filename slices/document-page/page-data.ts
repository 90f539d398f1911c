import type { BlobStore } from '../../shared/blobs.ts';
import type { EventCatalogue } from '../../shared/event-catalogue.ts';
import { documentStream, type EventDefinition, type StoredEvent } from '../../shared/event.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { ProgressBoard } from '../../shared/steps/progress.ts';
import type { Step } from '../../shared/steps/step.ts';
import { notFound } from '../../shared/web/problem.ts';
import type { ActorNames } from '../accounts/actor-names.contract.ts';
import { classificationEvents } from '../classification/events.ts';
import { parseFindings } from '../classification/findings.contract.ts';
import { stepTitle } from '../document-board/board-row.contract.ts';
import { documentFromHistory, type BoardRecord } from '../document-board/document.contract.ts';
import { eraseAction } from '../erasure/action.contract.ts';
import { refuseErased } from '../erasure/erased.contract.ts';
import { actionViews } from '../failure-admin/action-view.contract.ts';
import { courseOf, stepOf, type Course, type StepCourse } from '../pipeline/course.contract.ts';
import { publicationEvents } from '../publication/events.ts';
import { readableHistory } from '../receive-document/duplicate.contract.ts';
import { receivedOf } from '../receive-document/received.contract.ts';
import { documentClocks } from '../sla-tracking/document-clocks.contract.ts';
import { textExtractionEvents } from '../text-extraction/events.ts';
import {
  endpointsOf,
  notificationsOf,
} from '../webhook-delivery/document-notifications.contract.ts';
import { historyEntries } from './history.contract.ts';
import type { DocumentPageData, StepData, StepState } from './page-view.ts';

export interface DocumentReader {
  /**
   * The document and its history, for somebody who may read what an actor handed in.
   * @throws Problem 404 when there is none with this id, or not for them; 410 once it was erased
   */
  load(
    id: string,
    mayRead?: (owner: string) => boolean,
  ): Promise<{ record: BoardRecord; history: StoredEvent[] }>;
  /** A history, for somebody who may read what an actor handed in. */
  told(
    history: readonly StoredEvent[],
    mayRead: (owner: string) => boolean,
  ): Promise<StoredEvent[]>;
  /** `acts`: whether the reader may act; `q`: what was searched for. */
  page(asked: AskedPage): Promise<DocumentPageData>;
  /** The text of a document from its history; null before it was extracted. */
  textOf(id: string, history: readonly StoredEvent[]): Promise<string | null>;
  blobs: BlobStore;
}

/** A page of a document, as somebody sees it. */
export interface AskedPage {
  id: string;
  acts: boolean;
  q: string;
}

/** The same for a document that somebody may not know of: the answer must not tell that it is there. */
const noSuchDocument = () =>
  notFound('There is no document with this id. Check the address, or look for it on the board.');

/** The strongest words for a kind say enough. */
const EVIDENCE = 5;

/** How the text was read. */
function readingOf(history: readonly StoredEvent[]): DocumentPageData['reading'] {
  const found = history.findLast(textExtractionEvents.Finished.is);
  if (!found) return null;
  const { ocrPages, ocrConfidence, warnings } = found.data;
  return { ocrPages, ocrConfidence, warnings };
}

/** Reads one document by folding its history: its page needs no table of its own, and is true at once. */
export function createDocumentReader(options: {
  steps: readonly Step[];
  store: EventStore;
  catalogue: EventCatalogue;
  blobs: BlobStore;
  progress: ProgressBoard;
  actorNames: ActorNames;
}): DocumentReader {
  const { steps, store, catalogue, blobs, progress, actorNames } = options;
  const titles = new Map(steps.map((step) => [step.slug, step.title]));
  const fold = documentFromHistory(steps, blobs);
  const clocksOf = documentClocks(steps);

  async function load(id: string, mayRead: (owner: string) => boolean = () => true) {
    const history = await store.read(documentStream(id));
    const [first] = history;
    if (!first || !mayRead(first.metadata.actor)) throw noSuchDocument();
    await refuseErased(history, actorNames);
    const record = await fold(history);
    if (!record) throw noSuchDocument();
    return { record, history };
  }

  async function stepsOf(
    record: BoardRecord,
    history: readonly StoredEvent[],
    course: Course,
  ): Promise<StepData[]> {
    const running = (await progress.of([record.id])).get(record.id) ?? null;
    return record.plan.map((slug): StepData => {
      const own = steps.find((candidate) => candidate.slug === slug)?.events;
      const at = stepOf(course, slug);
      const state = stateOf(at, course);
      const newest = (...types: (EventDefinition | undefined)[]) =>
        history.findLast((event) => types.some((type) => type?.is(event)))?.storedAt ?? null;
      const interrupted = history.filter((event) => own?.Interrupted.is(event)).length;
      return {
        slug,
        title: stepTitle(slug, titles),
        state,
        attempts: (at?.attempt ?? 0) - interrupted,
        startedAt: newest(own?.Started),
        endedAt: state === 'running' ? null : newest(own?.Finished, own?.Failed),
        progress: state === 'running' ? running : null,
      };
    });
  }

  async function findingsOf(id: string, history: readonly StoredEvent[]) {
    const found = history.findLast(classificationEvents.Finished.is);
    if (!found) return { title: null, kind: null, language: null, fields: [] };
    const { data } = found;
    const { fields, evidence } = parseFindings(
      (await blobs.read(id, data.findings)).toString('utf8'),
    );
    const told = [...new Map(evidence.map((each) => [each.words, each])).values()];
    return {
      fields,
      title: data.title === null ? null : { value: data.title, confidence: null, evidence: [] },
      kind: { value: data.kind, confidence: data.confidence, evidence: told.slice(0, EVIDENCE) },
      language:
        data.language === null
          ? null
          : { value: data.language, confidence: data.languageConfidence, evidence: [] },
    };
  }

  async function textOf(id: string, history: readonly StoredEvent[]) {
    const found = history.findLast(textExtractionEvents.Finished.is);
    return found ? (await blobs.read(id, found.data.text)).toString('utf8') : null;
  }

  async function duplicateOf(id: string | null) {
    if (id === null) return null;
    const history = await store.read(documentStream(id));
    return history.length === 0
      ? null
      : { id, fileName: receivedOf(history).fileName ?? '(erased)' };
  }

  async function page({ id, acts, q }: AskedPage): Promise<DocumentPageData> {
    const { record, history } = await load(id);
    const course = courseOf(steps, history);
    const notifications = notificationsOf(history);
    const { fields, ...findings } = await findingsOf(id, history);
    const names = await actorNames.of(history.map((event) => event.metadata.actor));
    const now = new Date();
    return {
      document: { ...record, finished: record.done.length, revision: history.length },
      steps: await stepsOf(record, history, course),
      clocks: clocksOf(history, now),
      findings,
      fields,
      text: await textOf(id, history),
      q,
      reading: readingOf(history),
      hasPreview: history.some(publicationEvents.Finished.is),
      hasFields: history.some(classificationEvents.Finished.is),
      duplicate: await duplicateOf(record.duplicateOf),
      hasFailed: history.some((event) => steps.some(({ events }) => events.Failed.is(event))),
      actions: acts ? [...actionViews(steps, course, id), eraseAction(id)] : [],
      notifications,
      endpoints: await endpointsOf(notifications, store),
      history: historyEntries(history, catalogue, names),
      now,
    };
  }

  const told: DocumentReader['told'] = (history, mayRead) =>
    readableHistory(store, history, mayRead);
  return { load, told, page, textOf, blobs };
}

/** A step as the page tells it: what was due when the document was cancelled is cancelled. */
function stateOf(step: StepCourse | undefined, course: Course): StepState {
  const state = step?.state ?? 'waiting';
  switch (state) {
    case 'finished':
      return 'done';
    case 'skipped':
      return 'skipped';
    case 'failed':
    case 'given-up':
      return 'failed';
    case 'waiting':
    case 'due':
    case 'interrupted':
    case 'running':
    case 'retrying': {
      if (course.ended === 'cancelled' && state !== 'waiting') return 'cancelled';
      return state === 'running' || state === 'retrying' ? state : 'waiting';
    }
    default:
      return state satisfies never;
  }
}
