import type { EventDefinition, NewEvent, StoredEvent } from './event.ts';
import {
  appendThrough,
  VersionConflict,
  type EventStore,
  type StreamWrite,
} from './event-store.ts';
import { derivedId } from './ids.ts';
import type { Subscription, Transaction } from './subscription.ts';
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

/** Somebody may append between reading and appending; after so many rounds the batch is tried again later. */
const ROUNDS = 5;

/** Runs a reactor in the bus: its facts and jobs commit with the checkpoint. */
export function reactorSubscription(
  reactor: Reactor,
  options: { store: EventStore; queue: WorkQueue },
): Subscription {
  const { store, queue } = options;
  /** Enqueued by what is not yet known to be committed; to look into a queue in vain does no harm. */
  const filled = new Set<string>();

  async function handle(tx: Transaction, events: readonly StoredEvent[]): Promise<void> {
    const jobs: JobRequest[] = [];
    let undecided = [...events];
    for (let conflicts = 0; undecided.length > 0;) {
      const outcome = await decide(tx, undecided, jobs);
      if (outcome.conflict) conflicts += 1;
      if (conflicts === ROUNDS)
        throw new Error(`${reactor.name}: its streams change faster than it decides.`);
      undecided = outcome.undecided;
    }
    if (jobs.length > 0) await queue.enqueue(tx, jobs);
    for (const job of jobs) filled.add(job.queue);
  }

  /** Decides on the events, at most one with new facts a stream, and appends; returns what is left to decide. */
  async function decide(tx: Transaction, events: StoredEvent[], jobs: JobRequest[]) {
    const { reads = [] } = reactor;
    const streams = new Set([...events, ...reads].map(({ stream }) => stream));
    const histories = await store.readMany([...streams], tx);
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
    if (pending.size === 0) return { undecided, conflict: false };
    const decisions = [...pending.values()];
    const results = await store.appendIn(
      appendThrough(tx),
      decisions.map(({ write }) => [write]),
    );
    let conflict = false;
    for (const [index, decision] of decisions.entries()) {
      const result = results[index];
      if (result === undefined || result instanceof VersionConflict) {
        conflict = true;
        undecided.push(decision.event);
      } else jobs.push(...decision.jobs);
    }
    return {
      undecided: undecided.toSorted((one, other) => one.position - other.position),
      conflict,
    };
  }

  return {
    name: reactor.name,
    kind: 'reactor',
    types: new Set(reactor.on.map((definition) => definition.type)),
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
