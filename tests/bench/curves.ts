import type { Sql } from 'postgres';
import { connect } from '../../shared/database.ts';
import { projectionSubscription } from '../../shared/projection.ts';
import { newId } from '../../shared/ids.ts';
import { countersProjection, noBlobs, Opened, startKernel, type TestKernel } from '../kernel.ts';
import { load, type Bench, type BenchCase, type Contender, type Mark } from './bench.ts';
import { fillLog, rebuilderOf, readFeed } from './feed.ts';
import { fillBoard } from './filled-board.ts';
import { ask, newDataDir, serve, type Served } from './served.ts';
import type { Workbench } from './workbench.ts';

/** Documents there are already. */
const SIZES = [10_000, 100_000, 1_000_000];
const EVENTS_A_DOCUMENT = 10;
/** Of the log, which is read at the same rate wherever. */
const READ = 100_000;
const CALLERS = 16;
/** Where a user waits: a hundred times the documents may cost as much more as the logarithm grows. */
const LOGARITHMIC = 1.5;

/** A database that holds so many documents, and what runs on it. */
interface Filled {
  name: string;
  documents: number;
  events: number;
  sql: Sql;
  kernel: TestKernel;
  rebuild: () => Promise<void>;
  served: Served;
}

export const curves: Bench = {
  about: 'what each thing costs among 10,000, 100,000 and 1,000,000 documents',
  isLong: true,
  async open(workbench) {
    const filled: Filled[] = [];
    for (const size of SIZES) filled.push(await fill(workbench, workbench.count(size)));
    const { seconds } = workbench;
    const timed = (name: string, act: (each: Filled) => Promise<unknown>) =>
      caseOf(filled, { name, unit: 'a second', figure: 'p50', most: LOGARITHMIC }, (each) =>
        load({ callers: 1, seconds }, () => act(each)),
      );
    const page = (name: string, path: string) => timed(name, ({ served }) => ask(served, path));
    return [
      caseOf(
        filled,
        { name: `append, ${CALLERS} at once`, unit: 'events/s', figure: 'p50', most: LOGARITHMIC },
        ({ kernel }) =>
          load({ callers: CALLERS, seconds }, () =>
            kernel.tell(newId(), Opened({ name: 'x'.repeat(290) })),
          ),
      ),
      caseOf(
        filled,
        { name: 'feed, the last of the log', unit: 'events/s', figure: 'rate', least: 0.8 },
        async ({ sql, events }) => {
          const begun = performance.now();
          await readFeed(sql, { from: Math.max(0, events - READ), to: events });
          return { rate: (Math.min(READ, events) * 1_000) / (performance.now() - begun) };
        },
      ),
      page('board, first page', '/'),
      page('board, failed ones', '/?status=failed'),
      page('search, one is found', '/?q=%22customer42%22'),
      page('search, all are found', '/?q=ostermann'),
      caseOf(
        filled,
        { name: 'rebuild of all rows', unit: 'events/s', figure: 'rate', least: 0.8 },
        async ({ rebuild, events }) => {
          const begun = performance.now();
          const memory = watchMemory();
          await rebuild();
          const rate = (events * 1_000) / (performance.now() - begun);
          return { rate, others: { 'MB more': memory.most() } };
        },
      ),
    ];
  },
};

/** How many megabytes this process has held at most beyond what it holds now. */
function watchMemory(): { most(): number } {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 50);
  return {
    most() {
      clearInterval(timer);
      return (most - before) / 2 ** 20;
    },
  };
}

/** All sizes beside each other; the mark compares the largest with the smallest. */
function caseOf(
  filled: readonly Filled[],
  { name, unit, ...mark }: { name: string; unit: string } & Omit<Mark, 'beside'>,
  run: (each: Filled) => ReturnType<Contender['run']>,
): BenchCase {
  const names = filled.map((each) => each.name);
  const marks = [{ ...mark, of: names.at(-1) ?? '', beside: names[0] ?? '' }];
  const contenders = filled.map((each) => ({ name: each.name, run: () => run(each) }));
  return { name, unit, contenders, marks };
}

async function fill(workbench: Workbench, documents: number): Promise<Filled> {
  const events = documents * EVENTS_A_DOCUMENT;
  const url = await workbench.createDatabase();
  const sql = connect(url, { max: 2 });
  workbench.after(() => sql.end());
  const dataDir = await newDataDir(workbench);
  // A database with events takes no folder that it does not know.
  await (await serve(workbench, url, 'operator', dataDir)).server.stop();
  await fillLog(sql, events, EVENTS_A_DOCUMENT);
  await fillBoard(sql, documents);
  await sql`INSERT INTO subscriptions (name, position) VALUES ('counters', ${events})`;
  const kernel = await startKernel(url, () => [
    projectionSubscription(countersProjection, { blobs: noBlobs }),
  ]);
  workbench.after(kernel.stop);
  return {
    name: `${documents.toLocaleString('en')} documents`,
    documents,
    events,
    sql,
    kernel,
    rebuild: await rebuilderOf(kernel),
    served: await serve(workbench, url, 'operator', dataDir),
  };
}
