import { lockCheckpoints, writeCheckpoints } from './checkpoint.ts';
import type { Database } from './database.ts';
import type { StoredEvent } from './event.ts';
import type { Page } from './feed.ts';
import { parkedStreamsOf } from './parked-streams.ts';
import type { Checkpoint, Handled, Subscription, Transaction } from './subscription.ts';
import { together } from './together.ts';

/** The log as the bus of this process has read it. */
export interface ReadLog {
  /** The page after a position, from memory when it lies there; empty, and ends there, when nothing behind it was read. */
  pageAfter(position: number): Promise<Page>;
  /** The newest settled position that was read. */
  head(): number;
  /** A batch that may append has begun: to be called with what it has appended when it is over. */
  beginBatch(): (appended: readonly StoredEvent[]) => void;
}

/** Where a subscription is: its checkpoint, and up to where nothing follows that it wants. */
export interface Place {
  stored: number;
  passed: number;
}

/** A subscription, how its events are handled (mostly by itself), and where it is believed to be. */
export interface Member extends Pick<Subscription, 'name' | 'kind' | 'types' | 'handle' | 'most'> {
  place: Place | null;
}

/** Where a subscription has come to, and how many events it took. */
export interface Moved {
  position: number;
  handled: number;
}

/** Events that a subscription wants, and the place from which they are the next. */
interface Next {
  after: Place;
  events: readonly StoredEvent[];
  /** Where it is when they are handled. */
  position: number;
}

/** A subscription is not where it was believed to be. */
class Elsewhere extends Error {
  /** Another process has them all. */
  readonly all: boolean;

  constructor(all: boolean) {
    super('A subscription is not where it was believed to be.');
    this.all = all;
  }
}

/**
 * Handles the next events of subscriptions in one transaction, which moves their checkpoints: all of
 * them or none. Their rows are locked meanwhile, so any number of processes may run the same
 * subscription: those whose row another one has are left to it, and missing in the result.
 *
 * What they read for the events that are believed to be next is sent with the lock, and what they
 * write with the commit: three round trips instead of six. Where the belief is wrong, nothing is
 * written, and it is done once more, by what the locked rows say.
 */
export async function handleNext(
  database: Database,
  members: readonly Member[],
  log: ReadLog,
): Promise<Map<string, Moved>> {
  const believed = new Map<string, Next>();
  for (const member of members)
    if (member.place) believed.set(member.name, await nextOf(member, member.place, log));
  try {
    return await handle(database, members, { log, believed });
  } catch (error) {
    if (!(error instanceof Elsewhere)) throw error;
    return error.all
      ? new Map()
      : handle(database, members, { log, believed: new Map<string, Next>() });
  }
}

async function handle(
  { db }: Database,
  members: readonly Member[],
  { log, believed }: { log: ReadLog; believed: ReadonlyMap<string, Next> },
): Promise<Map<string, Moved>> {
  const end = members.some(({ kind }) => kind === 'reactor') ? log.beginBatch() : null;
  let appended: StoredEvent[] = [];
  try {
    let writing: Promise<unknown> = Promise.resolve();
    const batch = await db.transaction(async (tx) => {
      const done = await handleIn(tx, members, { log, believed });
      writing = together(done.writes);
      writing.catch(() => undefined);
      return done;
    });
    await writing;
    appended = batch.appended;
    return batch.moved;
  } finally {
    end?.(appended);
  }
}

/** What is left to be written is sent when it resolves, but not yet answered. */
async function handleIn(
  tx: Transaction,
  members: readonly Member[],
  { log, believed }: { log: ReadLog; believed: ReadonlyMap<string, Next> },
) {
  const names = members.map(({ name }) => name);
  const lock = lockCheckpoints(tx, names);
  // A statement of its own: one that finds a row changed goes on with the new row, but its
  // subselects still see what was parked before it began, and a parked stream would be run on.
  const parked = parkedStreamsOf(tx, names);
  const moved = new Map<string, Moved>();
  const checkpoints = new Map<string, Checkpoint>();

  async function handleMember(member: Member): Promise<Handled> {
    const { name } = member;
    const next = believed.get(name) ?? (await lockedNext(member));
    if (!next) return;
    const locked = lockedAt(name, next);
    // Whoever fails before it waits leaves nobody to hear of it.
    locked.catch(() => undefined);
    const handled = next.events.length > 0 ? await member.handle(tx, next.events, locked) : {};
    // When another member fails, nobody waits for what this one has sent.
    for (const write of handled?.writes ?? []) write.catch(() => undefined);
    const checkpoint = await locked;
    moved.set(name, { position: next.position, handled: next.events.length });
    if (next.position > checkpoint.position)
      checkpoints.set(name, { ...checkpoint, position: next.position });
    return handled;
  }

  /** The checkpoint, when the events are those that follow it. */
  async function lockedAt(name: string, next: Next): Promise<Checkpoint> {
    const [locked, waiting] = await Promise.all([lock, parked]);
    const checkpoint = locked.get(name);
    if (checkpoint?.position !== next.after.stored || anyParked(next.events, waiting.get(name)))
      throw new Elsewhere(locked.size === 0);
    return checkpoint;
  }

  /** By what the locked row says; null when another process has it. */
  async function lockedNext(member: Member): Promise<Next | null> {
    const [locked, waiting] = await Promise.all([lock, parked]);
    const stored = locked.get(member.name)?.position;
    if (stored === undefined) return null;
    const next = await nextOf(member, { stored, passed: stored }, log);
    const its = waiting.get(member.name) ?? new Set();
    return { ...next, events: next.events.filter(({ stream }) => !its.has(stream)) };
  }

  const handled = (await together(members.map(handleMember))).map((each) => each ?? {});
  const writes = handled.flatMap((each) => each.writes ?? []);
  if (checkpoints.size > 0) writes.push(writeCheckpoints(tx, checkpoints));
  return { moved, writes, appended: handled.flatMap((each) => each.appended ?? []) };
}

async function nextOf(
  { types, most = Infinity }: Member,
  after: Place,
  log: ReadLog,
): Promise<Next> {
  // Whatever is believed: up to the checkpoint all is handled.
  const from = Math.max(after.stored, after.passed);
  if (from >= log.head()) return { after, events: [], position: from };
  const page = await log.pageAfter(from);
  const { events, position } = page.events.length > most ? firstOf(page, most) : page;
  return { after, events: events.filter(({ type }) => types.has(type)), position };
}

function firstOf(page: Page, most: number): Page {
  const events = page.events.slice(0, most);
  return { events, position: events.at(-1)?.position ?? page.position };
}

const anyParked = (events: readonly StoredEvent[], parked: ReadonlySet<string> = new Set()) =>
  events.some(({ stream }) => parked.has(stream));
