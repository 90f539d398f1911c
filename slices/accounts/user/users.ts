import { asc, eq } from 'drizzle-orm';
import { newId } from '../../../shared/ids.ts';
import { hasCode } from '../../../shared/query-error.ts';
import type { Transaction } from '../../../shared/subscription.ts';
import { conflict, notFound } from '../../../shared/web/problem.ts';
import type { NewEvent } from '../../../shared/event.ts';
import type { Store } from '../accounts.ts';
import { UserAdded } from '../events.ts';
import { hasHistory, record, type Asking } from '../record.ts';
import { users } from '../tables.ts';
import { evolve, userStream, type User } from './user.ts';

export type UserRecord = typeof users.$inferSelect;

/**
 * States facts about a person and folds them into the row as it is in this transaction. The first
 * administrator, whom a migration made, is introduced to the log by the first fact.
 */
export async function stateUser(
  store: Pick<Store, 'events'>,
  tx: Transaction,
  id: string,
  facts: readonly NewEvent[],
  asking: Asking & { command: string },
): Promise<void> {
  const [user] = await tx.select().from(users).where(eq(users.id, id)).for('update');
  const after = facts.reduce<User | null>(evolve, user ?? noSuchUser());
  if (!user || !after || facts.length === 0) return;
  const stream = userStream(id);
  const known = await hasHistory(tx, stream);
  await tx.update(users).set(after).where(eq(users.id, id));
  const { name, email, role } = user;
  const introduced = known ? facts : [UserAdded({ name, email, role }), ...facts];
  await record({ store: store.events, tx }, stream, introduced, asking);
}

export type NewUser = Pick<UserRecord, 'name' | 'email' | 'role'>;

/** Adds a person who has no way in yet: make a link for them. @throws Problem 409 for an e-mail address that is taken */
export async function addUser(store: Store, person: NewUser, asking: Asking): Promise<string> {
  const id = newId();
  const why = { ...asking, command: 'invite user' };
  await refuseTaken(() =>
    store.db.transaction((tx) => insertUser(store, tx, { id, ...person }, why)),
  );
  return id;
}

/** Adds a person inside the caller's transaction. */
export async function insertUser(
  { events, now }: Pick<Store, 'events' | 'now'>,
  tx: Transaction,
  { id, name, email, role }: NewUser & { id: string },
  asking: Asking & { command: string },
): Promise<void> {
  await tx.insert(users).values({ id, name, email, role, createdAt: now() });
  const facts = [UserAdded({ name, email, role })];
  await record({ store: events, tx }, userStream(id), facts, asking);
}

/** A person as they are now, and until the transaction ends. @throws Problem 404 */
export async function lockUser(tx: Transaction, id: string): Promise<UserRecord> {
  const [user] = await tx.select().from(users).where(eq(users.id, id)).for('update');
  return user ?? noSuchUser();
}

/** Everybody, in the order in which they came. */
export const listUsers = ({ db }: Pick<Store, 'db'>): Promise<UserRecord[]> =>
  db.select().from(users).orderBy(asc(users.createdAt), asc(users.id));

/** @throws Problem 404 */
export async function findUser({ db }: Pick<Store, 'db'>, id: string): Promise<UserRecord> {
  const [user] = await db.select().from(users).where(eq(users.id, id));
  return user ?? noSuchUser();
}

export function noSuchUser(): never {
  throw notFound('There is no user with this id. Settings, Users lists those there are.');
}

/** @throws Problem 409 in place of the database's refusal */
export async function refuseTaken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!hasCode(cause, ['23505'])) throw cause;
    throw conflict('Somebody else has this e-mail address. Enter another one.', { cause });
  }
}
