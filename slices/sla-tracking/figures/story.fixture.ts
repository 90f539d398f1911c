import { documentStream, type NewEvent, type StoredEvent } from '../../../shared/event.ts';
import type { Database } from '../../../shared/database.ts';
import { newId } from '../../../shared/ids.ts';
import { completed, dry, everything, fold, wash } from '../../../tests/laundry.ts';
import { SlaTargetsFixed } from '../events.ts';

/** A shirt that was washed, dried and folded: when it came, and how long each step took with its waiting. */
export interface Shirt {
  receivedAt: Date;
  /** Milliseconds; fewer than three: it has not come to its end. */
  took: readonly number[];
  target: string;
  /** Milliseconds promised for the whole. */
  targetMs: number;
}

/** The histories of shirts, as the log would hold them. */
export function historiesOf(shirts: readonly Shirt[]): StoredEvent[] {
  return shirts.flatMap((shirt, index) => historyOf(shirt, index * 20));
}

function historyOf({ receivedAt, took, target, targetMs }: Shirt, first: number): StoredEvent[] {
  const id = newId();
  const start = receivedAt.getTime();
  const fixed = SlaTargetsFixed({
    run: 1,
    target,
    calendar: { kind: 'always' },
    warnings: [50],
    clocks: [{ clock: 'document', targetMs }],
    startedAt: receivedAt.toISOString(),
    dueAt: new Date(start + targetMs).toISOString(),
  });
  const told: [number, NewEvent][] = [
    [start, everything],
    [start, fixed],
  ];
  let at = start;
  for (const [place, step] of [wash, dry, fold].entries()) {
    const ms = took[place];
    if (ms === undefined) break;
    told.push([at + Math.floor(ms / 2), step.started()], [at + ms, step.finished()]);
    at += ms;
  }
  if (took.length === 3) told.push([at, completed]);
  return told.map(([storedAt, event], index) => ({
    ...event,
    id: newId(),
    data: event.data as Record<string, unknown>,
    position: first + index + 1,
    stream: documentStream(id),
    version: index + 1,
    metadata: { correlation: id, causation: null, actor: 'token:test', command: 'test' },
    storedAt: new Date(storedAt),
  }));
}

/** Puts events into the log as they are, past times included. */
export async function storeEvents(
  { sql }: Pick<Database, 'sql'>,
  events: readonly StoredEvent[],
): Promise<void> {
  const rows = events.map((event) => ({
    position: event.position,
    id: event.id,
    stream: event.stream,
    version: event.version,
    type: event.type,
    schema_version: event.schemaVersion,
    data: event.data,
    metadata: event.metadata,
    stored_at: event.storedAt.toISOString(),
  }));
  for (let start = 0; start < rows.length; start += 5_000)
    await sql`
      INSERT INTO events SELECT * FROM jsonb_populate_recordset(NULL::events, ${sql.json(
        rows.slice(start, start + 5_000) as never,
      )})`;
}
