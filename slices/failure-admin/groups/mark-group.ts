import type { Database } from '../../../shared/database.ts';
import type { StoredEvent } from '../../../shared/event.ts';
import { VersionConflict, type EventStore } from '../../../shared/event-store.ts';
import { newId } from '../../../shared/ids.ts';
import { conflict, notFound } from '../../../shared/web/problem.ts';
import { groupStream } from '../failure-group.contract.ts';
import { eventOf, refusalOf, type GroupAction, type GroupFacts } from './decide.ts';

export interface GroupMarks {
  /**
   * Marks a group, decided on its newest history.
   * @throws Problem 404 when no document ever failed like this, 409 when it no longer applies
   */
  mark(
    group: string,
    action: GroupAction,
    asking: { actor: string; reason: string },
  ): Promise<StoredEvent>;
}

export function createGroupMarks({ sql }: Database, store: EventStore): GroupMarks {
  async function factsOf(group: string): Promise<GroupFacts> {
    const [row] = await sql<{ signature: string | null; open: number; position: string }[]>`
      SELECT min(signature) AS signature, max(position) AS position,
        count(*) FILTER (WHERE state <> 'closed')::int AS open
      FROM failures WHERE group_id = ${group}`;
    if (!row?.signature) throw noSuchGroup();
    return { signature: row.signature, open: row.open, position: Number(row.position) };
  }

  async function decideAndAppend(
    group: string,
    action: GroupAction,
    { actor, reason }: { actor: string; reason: string },
  ): Promise<StoredEvent> {
    const stream = groupStream(group);
    const history = await store.read(stream);
    const facts = await factsOf(group);
    const refusal = refusalOf(history, facts, action);
    if (refusal !== null) throw conflict(refusal);
    const [stored] = await store.append({
      stream,
      expected: history.length,
      events: [eventOf(action, facts.signature, reason)],
      metadata: { correlation: newId(), causation: null, actor, command: `${action} group` },
    });
    if (!stored) throw new Error('What was appended was not given back.');
    return stored;
  }

  return {
    async mark(group, action, asking) {
      for (;;) {
        try {
          return await decideAndAppend(group, action, asking);
        } catch (error) {
          if (!(error instanceof VersionConflict)) throw error;
        }
      }
    },
  };
}

/** For an address that no failure has, or has any more. */
export const noSuchGroup = () =>
  notFound('No document ever failed like this. The failures page lists what is open.');
