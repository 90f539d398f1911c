/**
 * What many callers ask for at the same time, asked at once: while a call is under way the items of
 * those that come meanwhile are collected for the next one, so that each round trip (and each commit)
 * serves all who wait. One that comes alone waits for nobody. Each caller's promise is that of the
 * call its item went with.
 */
export function grouped<Item, Result = unknown>(
  act: (items: readonly Item[]) => Promise<Result>,
): (item: Item) => Promise<Result> {
  let items: Item[] = [];
  let next: Promise<Result> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function call(before: Promise<unknown>): Promise<Result> {
    await before.catch(() => undefined);
    const its = items;
    items = [];
    next = null;
    return act(its);
  }

  return (item) => {
    items.push(item);
    next ??= last = call(last);
    return next;
  };
}
