import { randomBytes } from 'node:crypto';
import { and, asc, desc, eq, gt, inArray, isNull, or } from 'drizzle-orm';
import type { Database } from '../../../shared/database.ts';
import { createSeal } from '../../../shared/seal.ts';
import { webhookSecrets } from './secrets-table.ts';

/** How long the old secret signs beside the new one. */
const OVERLAP_MS = 24 * 60 * 60 * 1_000;

/** What signs the messages to each endpoint. Endpoints are named by their id, a UUID. */
export interface WebhookSecrets {
  /** Makes the first secret of an endpoint; it can be shown now only. @throws when it has one. */
  create(endpoint: string): Promise<string>;
  /** Makes a new one; the old one signs beside it for 24 hours. @throws when there is none. */
  rotate(endpoint: string, now: Date): Promise<{ secret: string; oldExpiresAt: Date }>;
  /** All that sign now, newest first. @throws when one was stored under another key. */
  active(endpoint: string, now: Date): Promise<string[]>;
  /** Forgets all of them. */
  remove(endpoint: string): Promise<void>;
}

type Row = typeof webhookSecrets.$inferSelect;

/** Keeps secrets encrypted under `key`, which is `secretKey(config)`. */
export function createWebhookSecrets({ db }: Pick<Database, 'db'>, key: string): WebhookSecrets {
  const { seal, open } = createSeal(key, 'doctrail webhook secrets');
  const { id, endpoint: endpointOf, expiresAt } = webhookSecrets;

  const newSecret = (endpoint: string) => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    return { secret, row: { endpoint, sealed: seal(secret, endpoint) } };
  };
  const opened = (endpoint: string, { sealed }: Row) => {
    const secret = open(sealed, endpoint);
    if (secret !== null) return secret;
    throw new Error(
      `The secret of endpoint ${endpoint} cannot be decrypted: it was stored under another key. Restore SECRET_KEY (or the file secret-key of the data folder), or rotate the secret.`,
    );
  };

  return {
    async create(endpoint) {
      const { secret, row } = newSecret(endpoint);
      await db.insert(webhookSecrets).values(row);
      return secret;
    },
    async rotate(endpoint, now) {
      const { secret, row } = newSecret(endpoint);
      const oldExpiresAt = new Date(now.getTime() + OVERLAP_MS);
      await db.transaction(async (tx) => {
        const ofEndpoint = eq(endpointOf, endpoint);
        // Of two at once the second waits here, then sees what the first one made.
        await tx.select().from(webhookSecrets).where(ofEndpoint).orderBy(asc(id)).for('update');
        const rows = await tx.select().from(webhookSecrets).where(ofEndpoint);
        const current = rows.find((old) => old.expiresAt === null);
        if (!current) throw new Error(`Endpoint ${endpoint} has no secret. Was it removed?`);
        // One that nobody can open would only stand in the way of the new one.
        const useless = rows.filter(
          (old) => open(old.sealed, endpoint) === null || (old.expiresAt ?? now) < now,
        );
        await tx.delete(webhookSecrets).where(
          inArray(
            id,
            useless.map((old) => old.id),
          ),
        );
        await tx.update(webhookSecrets).set({ expiresAt: oldExpiresAt }).where(eq(id, current.id));
        await tx.insert(webhookSecrets).values(row);
      });
      return { secret, oldExpiresAt };
    },
    async active(endpoint, now) {
      const signing = or(isNull(expiresAt), gt(expiresAt, now));
      const rows = await db
        .select()
        .from(webhookSecrets)
        .where(and(eq(endpointOf, endpoint), signing))
        .orderBy(desc(id));
      return rows.map((row) => opened(endpoint, row));
    },
    async remove(endpoint) {
      await db.delete(webhookSecrets).where(eq(endpointOf, endpoint));
    },
  };
}
