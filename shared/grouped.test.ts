import { expect, it } from 'vitest';
import { grouped } from './grouped.ts';

/** A call that ends when the test says so. */
function calls() {
  const made: { items: readonly string[]; end: PromiseWithResolvers<void> }[] = [];
  const ask = grouped<string>((items) => {
    const end = Promise.withResolvers<void>();
    made.push({ items, end });
    return end.promise;
  });
  return { ask, made, asked: () => made.map(({ items }) => items.join(' ')) };
}

const settle = () => new Promise((resolve) => void setImmediate(resolve));

it('serves all who come while a call is under way with the next one', async () => {
  const { ask, made, asked } = calls();
  const one = ask('a');
  await settle();
  const others = Promise.all([ask('b'), ask('c')]);
  await settle();
  expect(asked()).toEqual(['a']);
  made[0]?.end.resolve();
  await one;
  await settle();
  expect(asked()).toEqual(['a', 'b c']);
  made[1]?.end.resolve();
  await others;
});

it('fails those whose items were in the call that failed, and nobody else', async () => {
  const { ask, made } = calls();
  const failing = ask('a');
  await settle();
  const other = ask('b');
  made[0]?.end.reject(new Error('No.'));
  await expect(failing).rejects.toThrow('No.');
  await settle();
  made[1]?.end.resolve();
  await other;
});
