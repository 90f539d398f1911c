import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './hash.ts';
import { passwordRefusal } from './rules.ts';

const password = 'four words that differ';

describe('a stored password', () => {
  it('is an argon2id hash of its own, which fits that password alone', async () => {
    const [one, other] = await Promise.all([hashPassword(password), hashPassword(password)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(other).not.toBe(one);
    expect(await verifyPassword(one, password)).toBe(true);
    expect(await verifyPassword(one, `${password} `)).toBe(false);
    expect(await verifyPassword(one, '')).toBe(false);
  });

  it('fits however its letters were composed', async () => {
    expect(await verifyPassword(await hashPassword('Zürich im März'), 'Zürich im März')).toBe(true);
  });

  it('is verified at the cost it was made with', async () => {
    // Of the reference implementation: argon2 -id -t 3 -m 12 -p 1, with the salt "somesaltsomesalt".
    const cheaper = (await hashPassword(password)).replace('m=19456', 'm=4096');
    expect(await verifyPassword(cheaper, password)).toBe(false);
  });

  it('of nobody fits nothing, and is worked on all the same', async () => {
    const begun = process.cpuUsage();
    expect(await verifyPassword(null, password)).toBe(false);
    const { user } = process.cpuUsage(begun);
    const before = process.cpuUsage();
    await hashPassword(password);
    // A lookup alone would take a thousandth.
    expect(user).toBeGreaterThan(process.cpuUsage(before).user / 20);
  });

  it('that was damaged is an error, and not a wrong password', async () => {
    await expect(verifyPassword('$argon2id$v=19$m=1', password)).rejects.toThrow(/damaged/);
  });

  it('waits for its turn, and is refused when too many wait', async () => {
    const many = Array.from({ length: 60 }, () => verifyPassword(null, password));
    const outcomes = await Promise.allSettled(many);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBe(18);
    expect(refused[0]).toMatchObject({ reason: { status: 503 } });
    expect(await verifyPassword(null, password)).toBe(false);
  });
});

describe('a new password', () => {
  const user = { name: 'Ada Lovelace', email: 'ada.lovelace@example.org' };

  it.each([password, 'Tr0ub4dor&3-and-more', 'übergroße Äpfel im Märchen'])('%s will do', (one) => {
    expect(passwordRefusal(one, user)).toBeNull();
  });

  it.each([
    ['short', /has 5 characters/],
    ['x'.repeat(201), /more than 200/],
    ['ababababababab', /repeats/],
    ['Password1234', /common word/],
    ['adalovelace1!', /your name/],
    ['ada.lovelace@example.org', /your address/],
  ])('%s is refused', (one, sentence) => {
    expect(passwordRefusal(one, user)).toMatch(sentence);
  });
});
