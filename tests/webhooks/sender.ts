import { createEventStore } from '../../shared/event-store.ts';
import { eventCatalogue } from '../../shared/event-catalogue.ts';
import { documentStream } from '../../shared/event.ts';
import { newId } from '../../shared/ids.ts';
import { NotificationRequested } from '../../slices/notification-rules/events.ts';
import { NotificationDelivered } from '../../slices/webhook-delivery/events.ts';
import { createClient } from '../crash/client.ts';
import { createToken, startServer } from '../crash/server-process.ts';
import { until } from '../crash/until.ts';
import type { TestDatabase } from '../database.ts';

/** A server of its own with endpoints, of which some are watched. */
export interface Sender {
  /** Has a message sent to all of them. */
  request(): Promise<void>;
  /** Milliseconds from request to delivery at those that are watched, once all are delivered there. */
  delays(): Promise<{ p50: number; p95: number; longest: number; deliveries: number }>;
  /** What came of attempts at the others. */
  attemptsAtOthers(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a server and adds endpoints. */
export async function startSender(
  { database: { sql }, url: databaseUrl }: TestDatabase,
  dataDir: string,
  { watched, others }: { watched: readonly string[]; others: readonly string[] },
): Promise<Sender> {
  const environment = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    SECRET_KEY: 'a secret key of ten endpoints, not for more',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  };
  const server = await startServer(environment);
  const client = createClient(server.url ?? '', await createToken(environment, 'admin'));
  const add = async (url: string): Promise<string> => {
    const settings = { url, rules: ['completed'] };
    const { status, json } = await client.post('/api/notification-endpoints', settings);
    if (status !== 201) throw new Error(`${status}: ${JSON.stringify(json)}`);
    return (json as { id: string }).id;
  };
  const ids: string[] = [];
  for (const url of watched) ids.push(await add(url));
  for (const url of others) await add(url);
  const store = createEventStore(sql, eventCatalogue([NotificationRequested]));
  let requested = 0;

  return {
    async request() {
      const document = newId();
      const about = { rule: 'completed', type: 'document.completed', step: null, error: null };
      const event = NotificationRequested({
        ...about,
        messageId: newId(),
        occurredAt: new Date().toISOString(),
      });
      const caused = { correlation: document, causation: null };
      const metadata = { ...caused, actor: 'system:test', command: 'test' };
      const stream = documentStream(document);
      await store.append({ stream, expected: null, events: [event], metadata });
      requested += 1;
    },
    async delays() {
      const read = async () => {
        const [row] = await sql<Awaited<ReturnType<Sender['delays']>>[]>`
          WITH d AS (SELECT extract(epoch FROM d.stored_at - r.stored_at) * 1000 AS ms
            FROM events r JOIN events d ON d.stream = r.stream AND d.type = ${NotificationDelivered.type}
            WHERE r.type = ${NotificationRequested.type} AND d.data ->> 'endpoint' = ANY (${ids}))
          SELECT count(*)::int AS deliveries, max(ms)::int AS longest,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::int AS p50,
            percentile_cont(0.95) WITHIN GROUP (ORDER BY ms)::int AS p95 FROM d`;
        return row ?? { p50: 0, p95: 0, longest: 0, deliveries: 0 };
      };
      const expected = requested * ids.length;
      await until('all deliveries', async () => (await read()).deliveries === expected);
      return read();
    },
    async attemptsAtOthers() {
      const [row] = await sql<{ attempts: number }[]>`
        SELECT count(*)::int AS attempts FROM events
        WHERE type LIKE 'Notification%' AND data ? 'attempt' AND data ->> 'endpoint' <> ALL (${ids})`;
      return row?.attempts ?? 0;
    },
    stop: () => server.kill(),
  };
}
