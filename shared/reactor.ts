import type { EventDefinition, NewEvent, StoredEvent } from './event.ts';
import { appendThrough, type EventStore, type StreamWrite } from './event-store.ts';
import { derivedId } from './ids.ts';
import type { RecentEvents } from './recent-events.ts';
import type { Checkpoint, Handled, Subscription, Transaction } from './subscription.ts';
import type { JobRequest, WorkQueue } from './work-queue.ts';

/** What a reactor decides: facts to store on the event's stream, work to enqueue. */
export interface Reaction {
  events?: readonly NewEvent[];
  jobs?: readonly Omit<JobRequest, 'cause'>[];
}

/** A stream beside that of the event, and which of its events matter. */
export interface OtherStream {
  stream: string;
  events: readonly EventDefinition[];
}

/** Histories of other streams by name, as they were at an event. */
export type Others = ReadonlyMap<string, readonly StoredEvent[]>;

/**
 * Turns an event into facts or work. `react` is a pure function of the stream's history (the event
 * included, and whatever was stored since); it runs at least once, and its results are stored once.
 */
export interface Reactor {
  name: string;
  on: readonly EventDefinition[];
  /**
   * Other streams that it decides on. They are handed in up to the event's position, so that the
   * decision is the same whenever it is made: everything below that position is settled by then.
   */
  reads?: readonly OtherStream[];
  /** The events it may state: declared for the event model. */
  states: readonly EventDefinition[];
  react(history: readonly StoredEvent[], event: StoredEvent, others: Others): Reaction;
}

/**
 * Events that are decided on in one transaction: the stream of each fact is locked, and PostgreSQL
 * has room for a few thousand locks.
 */
const MOST_DECIDED = 1_000;
/** Somebody may append between reading and appending; after so many rounds the batch is tried again later. */
const ROUNDS = 5;

/**
 * Runs a reactor in the bus: its facts and jobs commit with the checkpoint. It decides on what this
 * process has read of a stream, where that begins with the first event, and reads it only when more
 * has come.
 */
export function reactorSubscription(
  reactor: Reactor,
  options: { store: EventStore; queue: WorkQueue; recent: RecentEvents },
): Subscription {
  const { store, queue, recent } = options;
  const { reads = [] } = reactor;
  /** Enqueued by what is not yet known to be committed; to look into a queue in vain does no harm. */
  const filled = new Set<string>();

  async function handle(
    tx: Transaction,
    events: readonly StoredEvent[],
    locked: Promise<Checkpoint>,
  ): Promise<Handled> {
    const jobs: JobRequest[] = [];
    const appended: StoredEvent[] = [];
    let undecided = [...events];
    for (let conflicts = 0, isFirst = true; undecided.length > 0; isFirst = false) {
      const [histories] = await Promise.all([historiesOf(tx, undecided, isFirst), locked]);
      const outcome = await decide(tx, undecided, { histories, jobs });
      appended.push(...outcome.appended);
      if (outcome.conflict) conflicts += 1;
      if (conflicts === ROUNDS)
        throw new Error(`${reactor.name}: its streams change faster than it decides.`);
      undecided = outcome.undecided;
    }
    if (jobs.length > 0) await queue.enqueue(tx, jobs);
    for (const job of jobs) filled.add(job.queue);
    return { appended };
  }

  /** The streams of events, and the others that are read: as they are now, or when these events were read. */
  async function historiesOf(
    tx: Transaction,
    events: readonly StoredEvent[],
    mayBeRecent: boolean,
  ): Promise<Others> {
    const known = new Map<string, readonly StoredEvent[]>();
    const unknown: string[] = [];
    for (const stream of new Set([...events, ...reads].map(({ stream }) => stream))) {
      const history = mayBeRecent ? recent.historyOf(stream) : null;
      if (history) known.set(stream, history);
      else unknown.push(stream);
    }
    if (unknown.length === 0) return known;
    return new Map([...known, ...(await store.readMany(unknown, tx))]);
  }

  /** Decides on the events, at most one with new facts a stream, and appends; returns what is left to decide. */
  async function decide(
    tx: Transaction,
    events: StoredEvent[],
    { histories, jobs }: { histories: Others; jobs: JobRequest[] },
  ) {
    const pending = new Map<
      string,
      { event: StoredEvent; write: StreamWrite; jobs: JobRequest[] }
    >();
    const undecided: StoredEvent[] = [];
    for (const event of events) {
      if (pending.has(event.stream)) {
        undecided.push(event);
        continue;
      }
      const history = histories.get(event.stream) ?? [];
      const reaction = reactor.react(history, event, othersAt(reads, histories, event));
      const requested = (reaction.jobs ?? []).map((job) => ({ ...job, cause: event.position }));
      const facts = newFacts(reactor.name, event, reaction.events ?? [], history);
      if (facts.length === 0) jobs.push(...requested);
      else {
        const metadata = causedBy(event, reactor.name);
        const write = { stream: event.stream, expected: history.length, events: facts, metadata };
        pending.set(event.stream, { event, write, jobs: requested });
      }
    }
    if (pending.size === 0) return { undecided, appended: [], conflict: false };
    const decisions = [...pending.values()];
    const results = await store.appendIn(
      appendThrough(tx),
      decisions.map(({ write }) => [write]),
    );
    let conflict = false;
    const appended: StoredEvent[] = [];
    for (const [index, decision] of decisions.entries()) {
      const result = results[index];
      if (!result || result.conflict) {
        conflict = true;
        undecided.push(decision.event);
        continue;
      }
      if (result.isNew) appended.push(...result.events);
      jobs.push(...decision.jobs);
    }
    return {
      undecided: undecided.toSorted((one, other) => one.position - other.position),
      appended,
      conflict,
    };
  }

  return {
    name: reactor.name,
    kind: 'reactor',
    types: new Set(reactor.on.map((definition) => definition.type)),
    most: MOST_DECIDED,
    handle,
    committed() {
      queue.wake(filled);
      filled.clear();
    },
  };
}

function othersAt(reads: readonly OtherStream[], histories: Others, at: StoredEvent): Others {
  return new Map(
    reads.map(({ stream, events }) => [
      stream,
      (histories.get(stream) ?? []).filter(
        (event) => event.position <= at.position && events.some(({ type }) => type === event.type),
      ),
    ]),
  );
}

/** The facts under derived ids, without those that the history holds already. */
function newFacts(
  reactor: string,
  event: StoredEvent,
  facts: readonly NewEvent[],
  history: readonly StoredEvent[],
): NewEvent[] {
  const known = new Set(history.map(({ id }) => id));
  return facts
    .map((fact, index) => ({
      ...fact,
      id: fact.id ?? derivedId(reactor, event.id, fact.type, index),
    }))
    .filter((fact) => !known.has(fact.id));
}

/** The metadata of facts that a reaction states because of an event. */
export function causedBy(event: StoredEvent, reactor: string) {
  return {
    correlation: event.metadata.correlation,
    causation: event.id,
    actor: `system:${reactor}`,
    command: reactor,
  };
}
