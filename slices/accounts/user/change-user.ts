import { asc } from 'drizzle-orm';
import { conflict } from '../../../shared/web/problem.ts';
import type { Store } from '../accounts.ts';
import type { Asking } from '../record.ts';
import { forgetSecondFactor } from '../second-factor/use-code.ts';
import { endSessions } from '../session/sessions.ts';
import { users } from '../tables.ts';
import { decide, type User, type UserCommand } from './user.ts';
import { noSuchUser, refuseTaken, stateUser } from './users.ts';

/**
 * Changes a person. Whoever is shut out is signed out everywhere; a second factor that is reset is
 * forgotten with its backup codes.
 * @throws Problem 404 without such a person, 409 when it no longer applies
 */
export async function changeUser(
  store: Store,
  id: string,
  command: UserCommand,
  asking: Asking,
): Promise<void> {
  await refuseTaken(() =>
    store.db.transaction(async (tx) => {
      // All of them: two administrators who demote each other are decided on one after the other.
      const all = await tx.select().from(users).orderBy(asc(users.id)).for('update');
      const user = all.find((one) => one.id === id) ?? noSuchUser();
      const others = all.filter((one) => one.id !== id && isAdministrator(one));
      const decision = decide(user, command, others.length);
      if ('refusal' in decision) throw conflict(decision.refusal);
      const why = { ...asking, command: command.do };
      await stateUser(store, tx, user.id, decision.facts, why);
      if (command.do === 'shut out')
        await endSessions(store, tx, user.id, why, { why: 'shut-out' });
      if (command.do === 'reset second factor') await forgetSecondFactor(tx, user.id);
    }),
  );
  store.cache.forgetAll();
}

/** One who can act: an invitation that nobody took up is no administrator yet. */
const isAdministrator = (user: User): boolean =>
  user.role === 'admin' && !user.disabled && user.joined;
