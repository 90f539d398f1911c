/**
 * Waits for all of what runs in one transaction, then fails with the first failure. Not before: what
 * is still under way would write after the rollback, in no transaction.
 */
export async function together(tasks: Iterable<Promise<unknown>>): Promise<void> {
  for (const result of await Promise.allSettled(tasks))
    if (result.status === 'rejected') throw result.reason;
}
