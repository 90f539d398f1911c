import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/database.ts';
import { webhookSecrets } from './secrets-table.ts';
import { createWebhookSecrets, type WebhookSecrets } from './secrets.ts';

const key = 'a key of the configuration, long enough';
const now = new Date('2025-11-21T10:00:00Z');
const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

let test: TestDatabase;
let secrets: WebhookSecrets;
let endpoint: string;

beforeAll(async () => {
  test = await createTestDatabase();
  secrets = createWebhookSecrets(test.database, key);
});
afterAll(() => test.drop());
beforeEach(() => {
  endpoint = randomUUID();
});

const rows = () =>
  test.database.db.select().from(webhookSecrets).where(eq(webhookSecrets.endpoint, endpoint));

describe('a secret', () => {
  it('has 32 random bytes in the form of Standard Webhooks', async () => {
    const secret = await secrets.create(endpoint);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await secrets.create(randomUUID())).not.toBe(secret);
    expect(new Webhook(secret).sign('msg_1', now, '{}')).toMatch(/^v1,/);
    expect(await secrets.active(endpoint, now)).toEqual([secret]);
  });

  it('is stored encrypted only', async () => {
    const secret = await secrets.create(endpoint);
    const [row] = await rows();
    const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const sealed = Buffer.from(row?.sealed ?? '', 'base64');
    expect(sealed.length).toBe(12 + 16 + secret.length);
    expect(sealed.includes(bytes) || sealed.includes(secret)).toBe(false);
  });

  it('cannot be read under another key, and says what to do', async () => {
    await secrets.create(endpoint);
    const others = createWebhookSecrets(test.database, 'another key, which is long enough, too');
    await expect(others.active(endpoint, now)).rejects.toThrow(
      `The secret of endpoint ${endpoint} cannot be decrypted: it was stored under another key. Restore SECRET_KEY (or the file secret-key of the data folder), or rotate the secret.`,
    );
    const { secret } = await others.rotate(endpoint, now);
    expect(await others.active(endpoint, now)).toEqual([secret]);
  });

  it('cannot be read as that of another endpoint', async () => {
    await secrets.create(endpoint);
    const other = randomUUID();
    const mine = eq(webhookSecrets.endpoint, endpoint);
    await test.database.db.update(webhookSecrets).set({ endpoint: other }).where(mine);
    await expect(secrets.active(other, now)).rejects.toThrow('cannot be decrypted');
  });

  it.each(['', 'AAAA'])('that was altered to "%s" cannot be read', async (sealed) => {
    await secrets.create(endpoint);
    const mine = eq(webhookSecrets.endpoint, endpoint);
    await test.database.db.update(webhookSecrets).set({ sealed }).where(mine);
    await expect(secrets.active(endpoint, now)).rejects.toThrow('cannot be decrypted');
  });

  it('is made once for each endpoint', async () => {
    await secrets.create(endpoint);
    await expect(secrets.create(endpoint)).rejects.toThrow();
    expect(await rows()).toHaveLength(1);
  });

  it('is forgotten with its endpoint, the others are not', async () => {
    const other = randomUUID();
    const kept = await secrets.create(other);
    await secrets.create(endpoint);
    await secrets.rotate(endpoint, now);
    await secrets.remove(endpoint);
    expect(await rows()).toEqual([]);
    expect(await secrets.active(endpoint, now)).toEqual([]);
    expect(await secrets.active(other, now)).toEqual([kept]);
  });
});

describe('rotating', () => {
  it('lets the old secret sign beside the new one for 24 hours', async () => {
    const old = await secrets.create(endpoint);
    const { secret, oldExpiresAt } = await secrets.rotate(endpoint, now);
    expect(oldExpiresAt).toEqual(later(24));
    expect(await secrets.active(endpoint, now)).toEqual([secret, old]);
    expect(await secrets.active(endpoint, new Date(later(24).getTime() - 1))).toEqual([
      secret,
      old,
    ]);
    expect(await secrets.active(endpoint, later(24))).toEqual([secret]);
  });

  it('twice lets each old one end at its own time, and clears away what has ended', async () => {
    const first = await secrets.create(endpoint);
    const second = (await secrets.rotate(endpoint, now)).secret;
    const third = (await secrets.rotate(endpoint, later(12))).secret;
    expect(await secrets.active(endpoint, later(13))).toEqual([third, second, first]);
    expect(await secrets.active(endpoint, later(25))).toEqual([third, second]);
    await secrets.rotate(endpoint, later(48));
    expect(await rows()).toHaveLength(2);
  });

  it('at the same time by several leaves one that stays', async () => {
    await secrets.create(endpoint);
    const rotations = await Promise.all([1, 2, 3, 4].map(() => secrets.rotate(endpoint, now)));
    const active = await secrets.active(endpoint, now);
    expect(active).toHaveLength(5);
    expect(active).toEqual(expect.arrayContaining(rotations.map(({ secret }) => secret)));
    expect((await rows()).filter(({ expiresAt }) => expiresAt === null)).toHaveLength(1);
  });

  it('fails for an endpoint that has none', () =>
    expect(secrets.rotate(endpoint, now)).rejects.toThrow(`Endpoint ${endpoint} has no secret.`));
});
