import { lockCheckpoints, writeCheckpoints } from './checkpoint.ts';
import type { Database } from './database.ts';
import type { StoredEvent } from './event.ts';
import type { Page } from './feed.ts';
import { parkedStreamsOf } from './parked-streams.ts';
import type { Checkpoint, Subscription } from './subscription.ts';
import { together } from './together.ts';

/** The log as the bus of this process has read it. */
export interface ReadLog {
  /** The page after a position, from memory when it lies there. */
  pageAfter(position: number): Promise<Page>;
  /** The newest settled position that was read. */
  head(): number;
}

/** A subscription, and how its events are handled: mostly by itself. */
export type Member = Pick<Subscription, 'name' | 'types' | 'handle'>;

/** Where a subscription has come to, and how many events it took. */
export interface Moved {
  position: number;
  handled: number;
}

/**
 * Handles the next events of subscriptions in one transaction, which moves their checkpoints: all of
 * them or none. Their rows are locked meanwhile, so any number of processes may run the same
 * subscription: those whose row another one has are left to it, and missing in the result.
 */
export function handleNext(
  { db }: Database,
  members: readonly Member[],
  log: ReadLog,
): Promise<Map<string, Moved>> {
  return db.transaction(async (tx) => {
    const names = members.map(({ name }) => name);
    // Two statements, sent together: one that finds a row changed goes on with the new row, but its
    // subselects still see what was parked before it began, and a parked stream would be run on.
    const [locked, parked] = await Promise.all([
      lockCheckpoints(tx, names),
      parkedStreamsOf(tx, names),
    ]);
    const moved = new Map<string, Moved>();
    const checkpoints = new Map<string, Checkpoint>();

    async function handle(member: Member): Promise<void> {
      const checkpoint = locked.get(member.name);
      if (!checkpoint) return;
      const before = checkpoint.position;
      moved.set(member.name, { position: before, handled: 0 });
      if (before >= log.head()) return;
      const page = await log.pageAfter(before);
      const events = wantedBy(member, page.events, parked.get(member.name));
      if (events.length > 0) await member.handle(tx, events, checkpoint);
      moved.set(member.name, { position: page.position, handled: events.length });
      checkpoints.set(member.name, { ...checkpoint, position: page.position });
    }

    await together(members.map(handle));
    if (checkpoints.size > 0) await writeCheckpoints(tx, checkpoints);
    return moved;
  });
}

const wantedBy = (
  { types }: Member,
  events: readonly StoredEvent[],
  parked: ReadonlySet<string> = new Set(),
) => events.filter(({ type, stream }) => types.has(type) && !parked.has(stream));
