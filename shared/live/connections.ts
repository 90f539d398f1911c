import type { EventStream } from './event-stream.ts';

/** A browser that looks at a live table. */
export interface Connection {
  readonly stream: EventStream;
  /** All rows up to here are written to it. */
  revision: number;
  /** False until it has what all others have: it is new, or was left out because it reads slowly. */
  level: boolean;
}

/** Connections of one revision, which therefore want the same. */
export type Group = readonly [revision: number, connections: readonly Connection[]];

/** Everybody who looks at one live table, and how far each has come. */
export interface Connections {
  readonly size: number;
  add(connection: Connection): void;
  remove(connection: Connection): void;
  level(): Group[];
  /** Only those that can be written to; the furthest first. */
  behind(): Group[];
  /** Writes what brings a group to a revision; who cannot take it falls behind. */
  send(group: Group, text: string, revision: number): void;
  /** Writes what is no row of a revision to all that are level. */
  broadcast(text: string): void;
  end(): void;
}

export function createConnections(): Connections {
  const all = new Set<Connection>();

  function write(connection: Connection, text: string): boolean {
    // Written to a slow reader it would lie in memory: it is sent what it has missed when it reads again.
    connection.level = connection.stream.ready;
    if (connection.level) connection.stream.write(text);
    return connection.level;
  }

  return {
    get size() {
      return all.size;
    },
    add: (connection) => void all.add(connection),
    remove: (connection) => void all.delete(connection),
    level: () => groupsOf([...all].filter(({ level }) => level)),
    behind: () => groupsOf([...all].filter(({ level, stream }) => !level && stream.ready)),
    send([, group], text, revision) {
      for (const connection of group) {
        if (write(connection, text)) connection.revision = revision;
      }
    },
    broadcast(text) {
      if (text === '') return;
      for (const connection of all) if (connection.level) write(connection, text);
    },
    end() {
      for (const { stream } of all) stream.end();
    },
  };
}

function groupsOf(connections: readonly Connection[]): Group[] {
  const groups = Map.groupBy(connections, ({ revision }) => revision);
  return [...groups].toSorted(([one], [other]) => other - one);
}
