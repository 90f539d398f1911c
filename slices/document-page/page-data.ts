import type { BlobStore } from '../../shared/blobs.ts';
import type { EventCatalogue } from '../../shared/event-catalogue.ts';
import { documentStream, type StoredEvent } from '../../shared/event.ts';
import type { EventStore } from '../../shared/event-store.ts';
import type { ProgressBoard } from '../../shared/steps/progress.ts';
import type { Step } from '../../shared/steps/step.ts';
import { foldStep } from '../../shared/steps/step-state.ts';
import { notFound } from '../../shared/web/problem.ts';
import type { ActorNames } from '../accounts/actor-names.contract.ts';
import { classificationEvents } from '../classification/events.ts';
import { stepTitle } from '../document-board/board-row.contract.ts';
import { documentFromHistory, type BoardRecord } from '../document-board/document.contract.ts';
import { publicationEvents } from '../publication/events.ts';
import { receivedOf } from '../receive-document/received.contract.ts';
import { textExtractionEvents } from '../text-extraction/events.ts';
import type { DocumentPageData, StepData } from './page-view.ts';

export interface DocumentReader {
  /** The document and its history. @throws Problem 404 when there is none with this id */
  load(id: string): Promise<{ record: BoardRecord; history: StoredEvent[] }>;
  page(id: string): Promise<DocumentPageData>;
  blobs: BlobStore;
}

/** The same for a document that somebody may not know of: the answer must not tell that it is there. */
export const noSuchDocument = () =>
  notFound('There is no document with this id. Check the address, or look for it on the board.');

/** So much of the text stands on the page; the whole is a download. */
const EXCERPT_CHARACTERS = 20_000;

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

  async function load(id: string) {
    const history = await store.read(documentStream(id));
    const record = history.length === 0 ? undefined : await fold(history);
    if (!record) throw noSuchDocument();
    return { record, history };
  }

  async function stepsOf(
    record: BoardRecord,
    history: readonly StoredEvent[],
  ): Promise<StepData[]> {
    const running = (await progress.of([record.id])).get(record.id) ?? null;
    return record.plan.map((slug): StepData => {
      const step = steps.find((candidate) => candidate.slug === slug);
      const title = stepTitle(slug, titles);
      if (!step)
        return {
          slug,
          title,
          state: 'waiting',
          attempts: 0,
          startedAt: null,
          endedAt: null,
          progress: null,
        };
      const { state, attempt } = foldStep(step.events, history);
      const interrupted = history.filter((event) => step.events.Interrupted.is(event)).length;
      const startedAt =
        history.findLast((event) => step.events.Started.is(event))?.storedAt ?? null;
      const ended = history.findLast(
        (event) => step.events.Finished.is(event) || step.events.Failed.is(event),
      );
      return {
        slug,
        title,
        state: state === 'finished' ? 'done' : state === 'interrupted' ? 'waiting' : state,
        attempts: attempt - interrupted,
        startedAt,
        endedAt: state === 'finished' || state === 'failed' ? (ended?.storedAt ?? null) : null,
        progress: state === 'running' ? running : null,
      };
    });
  }

  async function findingsOf(id: string, history: readonly StoredEvent[]) {
    const found = history.findLast(classificationEvents.Finished.is);
    if (!found) return { title: null, kind: null, language: null };
    const { data } = found;
    const { evidence } = JSON.parse((await blobs.read(id, data.findings)).toString('utf8')) as {
      evidence: { words: string }[];
    };
    const words = [...new Set(evidence.map((each) => each.words))].slice(0, 5);
    return {
      title: data.title === null ? null : { value: data.title, confidence: null, evidence: [] },
      kind: { value: data.kind, confidence: data.confidence, evidence: words },
      language:
        data.language === null
          ? null
          : { value: data.language, confidence: data.languageConfidence, evidence: [] },
    };
  }

  async function textOf(id: string, history: readonly StoredEvent[]) {
    const found = history.findLast(textExtractionEvents.Finished.is);
    if (!found) return null;
    const text = (await blobs.read(id, found.data.text)).toString('utf8').replaceAll('\f', '\n\n');
    return { excerpt: text.slice(0, EXCERPT_CHARACTERS), characters: found.data.characters };
  }

  async function duplicateOf(id: string | null) {
    if (id === null) return null;
    const history = await store.read(documentStream(id));
    return history.length === 0
      ? null
      : { id, fileName: receivedOf(history).fileName ?? '(erased)' };
  }

  async function page(id: string): Promise<DocumentPageData> {
    const { record, history } = await load(id);
    const names = await actorNames.of(history.map((event) => event.metadata.actor));
    return {
      document: { ...record, finished: record.done.length, revision: history.length },
      steps: await stepsOf(record, history),
      findings: await findingsOf(id, history),
      fields: record.fields,
      text: await textOf(id, history),
      hasPreview: history.some(publicationEvents.Finished.is),
      hasFields: history.some(classificationEvents.Finished.is),
      duplicate: await duplicateOf(record.duplicateOf),
      retryAt: null,
      history: history.map((event) => ({
        id: event.id,
        position: event.position,
        version: event.version,
        type: event.type,
        sentence: catalogue.find(event.type)?.sentence(event.data) ?? event.type,
        actor: names.get(event.metadata.actor) ?? 'somebody who is gone',
        at: event.storedAt,
        causeId: event.metadata.causation,
        json: event,
      })),
      now: new Date(),
    };
  }

  return { load, page, blobs };
}
