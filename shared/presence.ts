import { connect } from './database.ts';

const PRESENCE_LOCK = 4917;
const HOLD_AGAIN_MS = 1_000;

/** That this process lives, as others see it. */
export interface Presence {
  end(): Promise<void>;
}

/**
 * Every process that works holds this shared lock while it lives; it goes with the connection, so a
 * killed process leaves none behind. Calls `alone` when no other process lives; one that starts at
 * the same moment waits until that is done, so that what it takes up is not taken away again.
 *
 * The connection is one of its own, not a reserved one of a pool: to write to a reserved one that
 * was lost throws where nobody can catch it (https://github.com/porsager/postgres/issues/1208).
 * It is never given up for its age, and a lock that was lost with it is taken again.
 */
export async function becomePresent(url: string, alone: () => Promise<void>): Promise<Presence> {
  let ended = false;
  const sql = connect(url, {
    name: 'doctrail-presence',
    max: 1,
    max_lifetime: null,
    onclose: () => holdAgain(),
  });
  const hold = () => sql`SELECT pg_advisory_lock_shared(${PRESENCE_LOCK}::bigint)`;
  let due: NodeJS.Timeout | undefined;
  const holdAgain = (): void => {
    due ??= setTimeout(() => {
      due = undefined;
      if (!ended) hold().catch(holdAgain);
    }, HOLD_AGAIN_MS).unref();
  };
  const [first] = await sql`SELECT pg_try_advisory_lock(${PRESENCE_LOCK}::bigint) AS locked`;
  if (first?.locked) await alone();
  await hold();
  if (first?.locked) await sql`SELECT pg_advisory_unlock(${PRESENCE_LOCK}::bigint)`;
  return {
    async end() {
      ended = true;
      await sql.end({ timeout: 1 });
    },
  };
}
