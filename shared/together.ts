/**
 * Waits for all of what runs in one transaction, then fails with the first failure. Not before: what
 * is still under way would write after the rollback, in no transaction.
 */
export async function together<Result>(tasks: Iterable<Promise<Result>>): Promise<Result[]> {
  return (await Promise.allSettled(tasks)).map((settled) => {
    if (settled.status === 'rejected') throw settled.reason;
    return settled.value;
  });
}
