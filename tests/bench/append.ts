import { newId } from '../../shared/ids.ts';
import { eventCatalogue } from '../../shared/event-catalogue.ts';
import { createEventStore, type EventStore } from '../../shared/event-store.ts';
import { connect } from '../../shared/database.ts';
import { Opened } from '../kernel.ts';
import { load, OURS, type Bench, type BenchCase, type Contender } from './bench.ts';
import { insertLimit } from './insert-limit.ts';
import { openEmmett, type EmmettStore } from './peers.ts';
import type { Workbench } from './workbench.ts';

/** 300 bytes, as an event of a step has. */
const name = 'x'.repeat(290);
const event = Opened({ name });
const metadata = { correlation: newId(), causation: null, actor: 'user:bench', command: 'append' };

/** What is reached beside an INSERT for each event, by how many append at once. */
const marks = new Map([
  [1, { limit: 0.65, emmett: null }],
  [4, { limit: 0.85, emmett: null }],
  [16, { limit: 1.15, emmett: 5 }],
  [64, { limit: 2, emmett: 8 }],
]);

export const append: Bench = {
  about: 'events stored a second, each with its version checked, by 1 to 64 callers at once',
  async open(workbench) {
    const url = await workbench.createDatabase();
    const sql = connect(url, { max: 10 });
    workbench.after(() => sql.end());
    const store = createEventStore(sql, eventCatalogue([Opened]));
    const emmett = await openEmmett(await workbench.createDatabase());
    workbench.after(() => emmett.close());
    const limit = await insertLimit(workbench);
    return ['new', 'existing'].flatMap((streams) =>
      [...marks].map(([callers, { limit: least, emmett: leastOfEmmett }]): BenchCase => {
        const how = { callers, isNew: streams === 'new', seconds: workbench.seconds };
        return {
          name: `${streams} streams, ${callers} at once`,
          unit: 'events/s',
          contenders: [ours(store, how), peer(emmett, how), limit.contender(how)],
          marks: [
            { figure: 'rate', beside: limit.name, least },
            { figure: 'p99', beside: limit.name, most: 1 },
            ...(leastOfEmmett === null
              ? []
              : [{ figure: 'rate', beside: 'emmett', least: leastOfEmmett }]),
          ],
        };
      }),
    );
  },
};

interface Appending {
  callers: number;
  /** A stream for each event, or one for each caller that grows. */
  isNew: boolean;
  seconds: Workbench['seconds'];
}

function ours(store: EventStore, { isNew, ...how }: Appending): Contender {
  return {
    name: OURS,
    async run() {
      const heads = Array.from({ length: how.callers }, () => ({ stream: newId(), version: 0 }));
      return load(how, async (caller) => {
        const head = heads[caller];
        if (!head) return;
        if (isNew) Object.assign(head, { stream: newId(), version: 0 });
        const { stream, version } = head;
        await store.append({ stream, expected: version, events: [event], metadata });
        head.version += 1;
      });
    },
  };
}

function peer(emmett: EmmettStore, { isNew, ...how }: Appending): Contender {
  return {
    name: 'emmett',
    async run() {
      const heads = Array.from({ length: how.callers }, () => ({ stream: newId(), version: 0n }));
      return load(how, async (caller) => {
        const head = heads[caller];
        if (!head) return;
        if (isNew) Object.assign(head, { stream: newId(), version: 0n });
        const expectedStreamVersion = head.version === 0n ? 'STREAM_DOES_NOT_EXIST' : head.version;
        const appended = await emmett.appendToStream(
          head.stream,
          [{ type: 'Opened', data: { name } }],
          { expectedStreamVersion },
        );
        head.version = appended.nextExpectedStreamVersion;
      });
    },
  };
}
