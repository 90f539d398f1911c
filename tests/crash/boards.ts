import assert from 'node:assert/strict';
import type { Database } from '../../shared/database.ts';
import type { BoardStream } from './board-stream.ts';
import type { Client, ListedDocument } from './client.ts';
import { flawsOf } from './history.ts';
import { waitUntilLevel } from './read-models.ts';
import { until } from './until.ts';

const ended = ({ status }: ListedDocument) => status === 'completed' || status === 'failed';

/**
 * Waits until everything ended: every acknowledged document is there, all was done exactly once,
 * all lists are equal, and every browser has been told the end of every document.
 * @throws AssertionError
 */
export async function proveBoards(
  database: Database,
  boards: { clients: readonly Client[]; streams: readonly BoardStream[] },
  acknowledged: readonly string[],
): Promise<void> {
  const { clients, streams } = boards;
  for (const client of clients) {
    await until('every document to end', async () => {
      const documents = await client.documents();
      const ids = new Set(documents.map(({ id }) => id));
      return documents.every(ended) && acknowledged.every((id) => ids.has(id));
    });
  }
  await waitUntilLevel(database);
  const [list = [], ...others] = await Promise.all(clients.map((client) => client.documents()));
  for (const other of others) assert.deepEqual(other, list, 'The lists differ');
  for (const { id } of list) {
    const history = await clients[0]?.history(id);
    assert.deepEqual(flawsOf(history ?? []), [], id);
  }
  for (const stream of streams) {
    await until('the browsers to be told', async () =>
      list.every(({ id, status }) => stream.statuses.get(id) === status),
    );
  }
}
