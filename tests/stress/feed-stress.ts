import { Type } from 'typebox';
import { openDatabase } from '../../shared/database.ts';
import { defineEvent } from '../../shared/event.ts';
import { eventCatalogue } from '../../shared/event-catalogue.ts';
import { createFeed } from '../../shared/feed.ts';
import { newId } from '../../shared/ids.ts';

const Counted = defineEvent('Counted', {
  schema: Type.Object({ writer: Type.Integer(), count: Type.Integer() }),
  sentence: (data) => `${data.count}`,
});

export interface FeedStress {
  read: number;
  rolledBack: number;
  /** Committed, but never seen by the reader. */
  lost: number;
  /** Seen with a lower version, or a lower position, than one seen before. */
  inverted: number;
  doubled: number;
  longestStallMs: number;
}

/**
 * Many writers append through the kernel's SQL function, each in transactions of its own: some
 * write something else first, some are slow to commit, some roll back; meanwhile one transaction
 * in another database and one in this stay open. A reader follows the log from the start.
 */
export async function stressFeed(options: {
  url: string;
  foreignUrl: string;
  writers: number;
  appendsEach: number;
}): Promise<FeedStress> {
  const { writers, appendsEach } = options;
  const database = openDatabase(options.url, { max: writers + 4 });
  const foreign = openDatabase(options.foreignUrl, { max: 1 });
  const { sql } = database;
  await sql`CREATE TABLE IF NOT EXISTS scratch (n int)`;
  const long = await foreign.sql.reserve();
  await long`SET idle_in_transaction_session_timeout = 0`;
  await long`BEGIN`;
  await long`SELECT txid_current()`;
  const unrelated = await sql.reserve();
  await unrelated`SET idle_in_transaction_session_timeout = 0`;
  await unrelated`BEGIN`;
  await unrelated`INSERT INTO scratch VALUES (0)`;

  const feed = createFeed(sql, eventCatalogue([Counted]));
  const outcome: FeedStress = {
    read: 0,
    rolledBack: 0,
    lost: 0,
    inverted: 0,
    doubled: 0,
    longestStallMs: 0,
  };
  const seen = new Set<number>();
  const versions = new Map<string, number>();
  let writing = true;

  async function write(writer: number): Promise<void> {
    for (let count = 1; count <= appendsEach; count += 1) {
      const stream = `stress-${Math.random() < 0.2 ? 'shared' : `${writer}`}`;
      const rollback = Math.random() < 0.15;
      const requests = JSON.stringify([
        {
          writes: [
            {
              stream,
              expected: null,
              events: Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => ({
                ...Counted({ writer, count }, newId()),
                metadata: {},
              })),
            },
          ],
        },
      ]);
      await sql
        .begin(async (tx) => {
          if (Math.random() < 0.3) await tx`INSERT INTO scratch VALUES (${count})`;
          await tx`SELECT append_events(${requests}::text::jsonb)`;
          if (Math.random() < 0.3) await tx`SELECT pg_sleep(${Math.random() * 0.02})`;
          if (rollback) throw new Error('rolled back on purpose');
        })
        .catch((error: unknown) => {
          if (!rollback) throw error;
          outcome.rolledBack += 1;
        });
    }
  }

  async function read(): Promise<void> {
    let position = 0;
    let movedAt = performance.now();
    for (;;) {
      const finished = !writing;
      const page = await feed.after(position, 100);
      for (const event of page.events) {
        if (seen.has(event.position)) outcome.doubled += 1;
        if (event.position <= position || event.version <= (versions.get(event.stream) ?? 0))
          outcome.inverted += 1;
        seen.add(event.position);
        versions.set(event.stream, event.version);
      }
      if (page.position > position || finished) {
        outcome.longestStallMs = Math.max(outcome.longestStallMs, performance.now() - movedAt);
        movedAt = performance.now();
      }
      if (finished && page.position === position) return;
      position = page.position;
    }
  }

  const reading = read();
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  writing = false;
  await reading;
  const stored = await sql<{ position: string }[]>`SELECT position FROM events`;
  outcome.lost = stored.filter((row) => !seen.has(Number(row.position))).length;
  outcome.read = seen.size;
  await unrelated`ROLLBACK`;
  await long`ROLLBACK`;
  unrelated.release();
  long.release();
  await database.close();
  await foreign.close();
  return outcome;
}
