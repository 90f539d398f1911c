import { and, asc, eq, or, sql } from 'drizzle-orm';
import type { RoleRule } from '../../../shared/config-variable.ts';
import { newId } from '../../../shared/ids.ts';
import { hasCode } from '../../../shared/query-error.ts';
import type { Transaction } from '../../../shared/subscription.ts';
import type { PersonRole } from '../../../shared/web/principal.ts';
import { Problem } from '../../../shared/web/problem.ts';
import type { Store } from '../accounts.ts';
import { IdentityLinked } from '../events.ts';
import { byProvider } from '../record.ts';
import { forgetSecondFactor } from '../second-factor/use-code.ts';
import { endSessions, openSession, type Browser } from '../session/sessions.ts';
import { passwords, signInLinks, users } from '../tables.ts';
import { changeUser } from '../user/change-user.ts';
import { insertUser, lockUser, stateUser, type UserRecord } from '../user/users.ts';
import { decideEntry, type EntryRefusal, type Identity } from './entry.ts';

/** A session, or why there is none, and who was refused (null: nobody who is known here). */
export type Entered = { session: string } | { refusal: EntryRefusal; user: string | null };

export interface Opening {
  rules: readonly RoleRule[];
  browser: Browser;
}

/**
 * Signs in whom a provider has signed in: finds, links or adds the account, and follows the role that
 * the rules give.
 */
export async function signInByProvider(
  store: Store,
  identity: Identity,
  opening: Opening,
): Promise<Entered> {
  try {
    return await enter(store, identity, opening);
  } catch (error) {
    // The same person came in twice at the same moment, for the first time: now they are found.
    if (!hasCode(error, ['23505'])) throw error;
    return enter(store, identity, opening);
  }
}

async function enter(
  store: Store,
  identity: Identity,
  { rules, browser }: Opening,
): Promise<Entered> {
  const { entry, entered } = await store.db.transaction(async (tx) => {
    const entry = decideEntry(identity, await lockPeople(tx, identity), rules);
    if ('refusal' in entry) return { entry, entered: entry };
    const id = entry.user ?? (await addFor(store, tx, { ...identity, role: entry.role }));
    const user = await lockUser(tx, id);
    if (entry.links) await link(store, tx, user, identity);
    const opening = { by: 'single sign-on', browser } as const;
    return { entry, entered: { session: await openSession(store, tx, user, opening) } };
  });
  store.cache.forgetAll();
  // Once whoever had the account before is out of it.
  if (!('refusal' in entry) && entry.user !== null && entry.role !== null)
    await followRole(store, entry.user, entry.role, identity);
  return entered;
}

/** Who may be meant; nobody changes them until the transaction ends. */
function lockPeople(tx: Transaction, { issuer, subject, email }: Identity): Promise<UserRecord[]> {
  const isLinked = and(eq(users.issuer, issuer), eq(users.subject, subject));
  const hasAddress = email === null ? undefined : sql`lower(${users.email}) = lower(${email})`;
  return tx
    .select()
    .from(users)
    .where(or(isLinked, hasAddress))
    .orderBy(asc(users.id))
    .for('update');
}

/** The only administrator stays one, whatever the provider says: nobody could give roles otherwise. */
async function followRole(
  store: Store,
  user: string,
  role: PersonRole,
  { issuer }: Identity,
): Promise<void> {
  const reason = `${issuer} says so`;
  try {
    await changeUser(store, user, { do: 'change role', role, reason }, byProvider);
  } catch (error) {
    if (!(error instanceof Problem && error.status === 409)) throw error;
  }
}

async function addFor(
  store: Store,
  tx: Transaction,
  { name, email, role }: Identity & { role: PersonRole },
): Promise<string> {
  const id = newId();
  const asking = { ...byProvider, command: 'sign in' };
  await insertUser(store, tx, { id, name, email, role }, asking);
  return id;
}

/**
 * Ends every other way in: people enter their addresses themselves, so that whoever had the account
 * until now need not be whom the address belongs to.
 */
async function link(
  store: Store,
  tx: Transaction,
  { id, name }: UserRecord,
  { issuer, subject }: Identity,
): Promise<void> {
  const asking = { actor: `user:${id}`, command: 'sign in' };
  await stateUser(store, tx, id, [IdentityLinked({ name, issuer, subject })], asking);
  await endSessions(store, tx, id, asking, { why: 'linked-to-a-provider' });
  await forgetSecondFactor(tx, id);
  await tx.delete(passwords).where(eq(passwords.userId, id));
  await tx.delete(signInLinks).where(eq(signInLinks.userId, id));
}
