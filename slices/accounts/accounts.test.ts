import { eq, lt } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../tests/database.ts';
import { createAccounts } from './accounts.ts';
import { apiTokens, sessions, signInLinks } from './tables.ts';
import type { TestDatabase } from '../../tests/database.ts';
import type { Accounts } from './accounts.ts';

const second = 1_000;
/** Who revokes, and why. */
const why = { actor: 'user:test', reason: 'It leaked.' };
const day = 24 * 60 * 60 * second;

let test: TestDatabase;
let time: Date;
let accounts: Accounts;

/** What another process of the same server would see. */
const elsewhere = () => createAccounts(test.database, () => time);
const pass = (milliseconds: number) => {
  time = new Date(time.getTime() + milliseconds);
};

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());
beforeEach(() => {
  time = new Date('2025-06-01T12:00:00Z');
  accounts = elsewhere();
});

async function tokenRow(name: string) {
  const [row] = await test.database.db.select().from(apiTokens).where(eq(apiTokens.name, name));
  if (!row) throw new Error(`There is no token ${name}.`);
  return row;
}

const open = async () => {
  const opened = await accounts.redeemSignInLink(await accounts.createSignInLink());
  if (!opened?.session) throw new Error('The link did not work.');
  return opened.session;
};

describe('a token', () => {
  it('is random, and stored as a hash only', async () => {
    const token = await accounts.createToken({ name: 'hashed', role: 'viewer' });
    expect(token).toMatch(/^dt_[\w-]{43}$/);
    const row = await tokenRow('hashed');
    expect(JSON.stringify(row)).not.toContain(token.slice(10));
    expect(token.startsWith(row.prefix)).toBe(true);
    expect(await accounts.createToken({ name: 'other', role: 'viewer' })).not.toBe(token);
  });

  it('says who it is', async () => {
    const token = await accounts.createToken({ name: 'scanner', role: 'uploader' });
    const { id } = await tokenRow('scanner');
    const principal = { kind: 'token', id, name: 'scanner', role: 'uploader' };
    expect(await accounts.token(token)).toEqual(principal);
  });

  it.each(['', 'dt_', `dt_${'x'.repeat(43)}`, `dt_${'x'.repeat(42)}\0`, 'x'.repeat(100_000)])(
    'that nobody made is nobody',
    async (token) => {
      expect(await accounts.token(token)).toBeNull();
    },
  );

  it('ends when it expires', async () => {
    const expiresAt = new Date(time.getTime() + day);
    const token = await accounts.createToken({ name: 'short', role: 'viewer', expiresAt });
    expect(await accounts.token(token)).not.toBeNull();
    pass(day - second);
    expect(await accounts.token(token)).not.toBeNull();
    pass(second);
    expect(await accounts.token(token)).toBeNull();
  });

  it('ends at once where it is revoked, and within a second elsewhere', async () => {
    const token = await accounts.createToken({ name: 'revoked', role: 'viewer' });
    const other = elsewhere();
    expect(await accounts.token(token)).not.toBeNull();
    expect(await other.token(token)).not.toBeNull();
    await accounts.revokeToken((await tokenRow('revoked')).id, why);
    expect(await accounts.token(token)).toBeNull();
    pass(second);
    expect(await other.token(token)).toBeNull();
  });

  it('shows when it was used last, written at most once a minute', async () => {
    const token = await accounts.createToken({ name: 'used', role: 'viewer' });
    const lastUsed = async () => {
      await accounts.token(token);
      return (await tokenRow('used')).lastUsedAt;
    };
    const first = time;
    expect(await lastUsed()).toEqual(first);
    pass(59 * second);
    expect(await lastUsed()).toEqual(first);
    pass(2 * second);
    expect(await lastUsed()).toEqual(time);
  });
});

describe('a sign-in link', () => {
  it('opens one session, as the administrator', async () => {
    const principal = await accounts.session(await open());
    expect(principal).toMatchObject({ kind: 'session', name: 'Administrator', role: 'admin' });
  });

  it('works once, however many try at the same moment', async () => {
    const link = await accounts.createSignInLink();
    const tries = Array.from({ length: 20 }, () => elsewhere().redeemSignInLink(link));
    const opened = (await Promise.all(tries)).filter((session) => session !== null);
    expect(opened.length).toBe(1);
    expect(await accounts.redeemSignInLink(link)).toBeNull();
  });

  it('ends after 24 hours', async () => {
    const early = await accounts.createSignInLink();
    const late = await accounts.createSignInLink();
    pass(day - second);
    expect(await accounts.redeemSignInLink(early)).not.toBeNull();
    pass(second);
    expect(await accounts.redeemSignInLink(late)).toBeNull();
  });

  it('is stored as a hash only', async () => {
    const link = await accounts.createSignInLink();
    const rows = await test.database.db.select().from(signInLinks);
    expect(JSON.stringify(rows)).not.toContain(link);
  });

  it('that nobody made opens nothing', async () => {
    expect(await accounts.redeemSignInLink('guess')).toBeNull();
  });
});

describe('a session', () => {
  it('counts until it ends', async () => {
    const empty = await createTestDatabase();
    accounts = createAccounts(empty.database, () => time);
    expect(await accounts.hasSessions()).toBe(false);
    const session = await open();
    expect(await accounts.hasSessions()).toBe(true);
    await accounts.signOut(session);
    expect(await accounts.hasSessions()).toBe(false);
    await empty.drop();
  });

  it('ends when its user signs out, and no other does', async () => {
    const [first, second] = [await open(), await open()];
    expect(await accounts.session(first)).not.toBeNull();
    await accounts.signOut(first);
    expect(await accounts.session(first)).toBeNull();
    expect(await accounts.session(second)).not.toBeNull();
  });

  it('ends after 30 days, and is cleared away', async () => {
    const session = await open();
    pass(30 * day - second);
    expect(await accounts.session(session)).not.toBeNull();
    pass(second);
    expect(await accounts.session(session)).toBeNull();
    pass(second);
    await accounts.signOut('another');
    const expired = lt(sessions.expiresAt, time);
    expect(await test.database.db.select().from(sessions).where(expired)).toEqual([]);
  });

  it('is stored as a hash only, with when it was seen last', async () => {
    const session = await open();
    pass(61 * second);
    await accounts.session(session);
    const rows = await test.database.db
      .select()
      .from(sessions)
      .where(eq(sessions.lastSeenAt, time));
    expect(rows.length).toBe(1);
    expect(JSON.stringify(rows)).not.toContain(session);
  });
});

describe('looking a credential up', () => {
  it('asks the database once for a burst', async () => {
    const token = await accounts.createToken({ name: 'burst', role: 'viewer' });
    const found = await Promise.all(Array.from({ length: 50 }, () => accounts.token(token)));
    expect(new Set(found).size).toBe(1);
  });

  it('forgets a failure, so that the next try asks again', async () => {
    const broken = await createTestDatabase();
    const there = createAccounts(broken.database, () => time);
    const token = await there.createToken({ name: 'outage', role: 'viewer' });
    await broken.database.sql`alter table api_tokens rename to gone`;
    await expect(there.token(token)).rejects.toThrow(/Failed query/);
    await broken.database.sql`alter table gone rename to api_tokens`;
    expect(await there.token(token)).not.toBeNull();
    await broken.drop();
  });
});
