import { type MomentView, momentView } from '../document-board/board-row.contract.ts';

/** One event of the document's stream, already told as a sentence. */
export interface HistoryEntry {
  id: string;
  position: number | bigint;
  version: number;
  type: string;
  sentence: string;
  /** A user, a token, a slice; null where nobody is named. */
  actor: string | null;
  at: Date;
  /** Id of the event that caused this one. */
  causeId: string | null;
  /** The stored event, for `JSON.stringify`. */
  json: unknown;
}

export interface HistoryEntryView {
  id: string;
  version: number;
  position: string;
  type: string;
  sentence: string;
  actor: string | null;
  at: MomentView;
  /** Only for a cause in the same history: there is nowhere else to jump to. */
  cause: { href: string; text: string } | null;
  json: string;
}

/** The history in the order of the stream, each entry linked to the one that caused it. */
export function historyView(entries: HistoryEntry[], now: Date): HistoryEntryView[] {
  const versions = new Map(entries.map((entry) => [entry.id, entry.version]));
  return entries.map((entry) => ({
    id: entry.id,
    version: entry.version,
    position: String(entry.position),
    type: entry.type,
    sentence: entry.sentence,
    actor: entry.actor,
    at: momentView(entry.at, now),
    cause: causeOf(entry.causeId, versions),
    json: JSON.stringify(entry.json, writable, 2),
  }));
}

function causeOf(id: string | null, versions: Map<string, number>): HistoryEntryView['cause'] {
  const version = id === null ? undefined : versions.get(id);
  return id === null || version === undefined
    ? null
    : { href: `#event-${id}`, text: `because of no. ${version}` };
}

/** Positions may be bigint, which JSON does not know. */
function writable(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
