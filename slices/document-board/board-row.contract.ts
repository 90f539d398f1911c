import {
  countdownText,
  durationText,
  exactText,
  relativeText,
  runningText,
} from '../../public/time.js';
import type { SlaState } from '../sla-tracking/document-sla.contract.ts';

/** Every status a document can have on the board, in the order in which the filters show them. */
export const documentStatuses = [
  'received',
  'processing',
  'retrying',
  'failed',
  'completed',
  'cancelled',
] as const;

export type DocumentStatus = (typeof documentStatuses)[number];

/** One document as the board's table holds it: a fold of the stream `document-{id}`. */
export interface BoardRow {
  id: string;
  /** Of its first event: newest first is position descending (an id derived from a key has no time). */
  position: number;
  fileName: string;
  bytes: number;
  mediaType: string | null;
  kind: string | null;
  /** ISO 639-1 code. */
  language: string | null;
  title: string | null;
  pages: number | null;
  status: DocumentStatus;
  /** Slug of the current or failed step. */
  step: string | null;
  /** Slugs of the planned steps, in order. */
  plan: string[];
  /** Number of finished or skipped steps. */
  finished: number;
  /** Attempts of `step`. */
  attempts: number;
  error: RowError | null;
  /** Set while a retry waits for its time; without it, one that an administrator asked for starts at once. */
  retry: RowRetry | null;
  /** Id of the document that had the same bytes first. */
  duplicateOf: string | null;
  /** How the promise of the whole document stands; null: there is none. */
  slaState: SlaState | null;
  slaDueAt: Date | null;
  /** Due first first: the keys of an order in which rows are paged. */
  slaOrder: number;
  receivedAt: Date;
  updatedAt: Date;
  endedAt: Date | null;
  revision: number;
}

export interface RowError {
  code: string;
  kind: 'transient' | 'permanent';
  message: string;
}

/** The next attempt of the current budget, the how-manieth of how many (the first one included). */
export interface RowRetry {
  /** ISO 8601. */
  dueAt: string;
  attempt: number;
  attempts: number;
}

/** Pages done inside the running step. */
export interface StepProgress {
  done: number;
  total: number;
}

/** Slug of a step → its title; whoever composes the slices knows the steps, a page does not. */
export type StepTitles = ReadonlyMap<string, string>;

/** A moment for `<time datetime>`: what machines read, what people read, and the exact time on hover. */
export interface MomentView {
  iso: string;
  text: string;
  exact: string;
}

/** A span of time; `since` is set while it runs, and the browser then ticks it. */
export interface DurationView {
  iso: string;
  text: string;
  since: string | null;
}

export interface RetryView {
  due: MomentView;
  count: string;
}

/** Floor of 100 × finished ÷ planned; a document without a plan has nothing left to do. */
export function percentOf(row: Pick<BoardRow, 'finished' | 'plan'>): number {
  return row.plan.length === 0 ? 100 : Math.floor((100 * row.finished) / row.plan.length);
}

const endStatuses: ReadonlySet<DocumentStatus> = new Set(['failed', 'completed', 'cancelled']);

/** When a document came to rest, null while it moves; without a stated end that is its last change. */
export function endOf(row: Pick<BoardRow, 'status' | 'endedAt' | 'updatedAt'>): Date | null {
  return row.endedAt ?? (endStatuses.has(row.status) ? row.updatedAt : null);
}

/** `text-extraction` → the title from the list of steps, or `Text extraction` for one it no longer has. */
export function stepTitle(slug: string, titles: StepTitles): string {
  return titles.get(slug) ?? sentenceCase(slug);
}

/** `purchase-order` → `Purchase order`. */
export function sentenceCase(slug: string): string {
  const words = slug.replaceAll(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `credit-note` → `Credit note`; an e-mail keeps its hyphen. */
export function kindName(slug: string): string {
  return slug === 'e-mail' ? 'E-mail' : sentenceCase(slug);
}

const acronyms: Readonly<Record<string, string>> = {
  iban: 'IBAN',
  vatId: 'VAT ID',
  email: 'E-mail',
};

/** `documentNumber` → `Document number`. */
export function fieldLabel(name: string): string {
  return acronyms[name] ?? sentenceCase(name.replaceAll(/([A-Z])/g, ' $1').toLowerCase());
}

export function momentView(moment: Date, now: Date): MomentView {
  return {
    iso: moment.toISOString(),
    text: relativeText(moment.getTime(), now.getTime()),
    exact: exactText(moment.getTime(), 'UTC'),
  };
}

/** A moment to come, told as the time that is left until then. */
export function countdownView(moment: Date, now: Date): MomentView {
  return {
    ...momentView(moment, now),
    text: countdownText(moment.getTime(), now.getTime()),
  };
}

/** When the next attempt starts and which one it is: `in 12 s`, `2 of 4`. */
export function retryView({ dueAt, attempt, attempts }: RowRetry, now: Date): RetryView {
  return { due: countdownView(new Date(dueAt), now), count: `${attempt} of ${attempts}` };
}

export function durationView(from: Date, to: Date | null, now: Date): DurationView {
  const span = Math.max(0, (to ?? now).getTime() - from.getTime());
  return {
    iso: `PT${(span / 1000).toFixed(3)}S`,
    text: to ? durationText(span) : runningText(from.getTime(), now.getTime()),
    since: to ? null : from.toISOString(),
  };
}

/** Decimal units, as file managers count: `0 B`, `840 B`, `84 kB`, `1.2 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** `1 page`, `1,204 pages`. */
export function countText(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? singular : plural}`;
}

const languageNames = new Intl.DisplayNames(['en'], { type: 'language' });

/** `de` → `German`; a code that is no language code stands for itself. */
export function languageName(code: string): string {
  try {
    return languageNames.of(code) ?? code;
  } catch {
    return code;
  }
}

const mediaTypeNames: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'application/rtf': 'RTF',
  'application/vnd.oasis.opendocument.presentation': 'OpenDocument slides',
  'application/vnd.oasis.opendocument.spreadsheet': 'OpenDocument spreadsheet',
  'application/vnd.oasis.opendocument.text': 'OpenDocument text',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PowerPoint',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word',
  'application/xml': 'Invoice in XML',
  'image/bmp': 'BMP image',
  'image/heic': 'HEIC image',
  'image/jpeg': 'JPEG image',
  'image/png': 'PNG image',
  'image/tiff': 'TIFF image',
  'message/rfc822': 'E-mail',
  'text/csv': 'CSV',
  'text/html': 'HTML',
  'text/markdown': 'Markdown',
  'text/plain': 'Plain text',
};

/** `application/pdf` → `PDF`; types without a common name are shown as they are. */
export function mediaTypeName(mediaType: string): string {
  return mediaTypeNames[mediaType] ?? mediaType;
}
