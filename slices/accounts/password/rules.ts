/** What people choose when they are made to choose (length alone lets these pass). */
const common = ['password', 'passwort', '123456', 'qwert', 'letmein', 'doctrail', 'welcome'];

export const SHORTEST = 12;
export const LONGEST = 200;

/**
 * Why a password would be guessed soon, as a sentence that says what to do; null for one that will
 * do. Length counts, not kinds of characters (NIST SP 800-63B, 3.1.1.2).
 */
export function passwordRefusal(
  password: string,
  user: { name: string; email: string | null },
): string | null {
  const length = password.normalize('NFKC').length;
  if (length < SHORTEST)
    return `The password has ${length} characters. Take at least ${SHORTEST}: three or four words are good.`;
  if (length > LONGEST)
    return `The password has more than ${LONGEST} characters. Take a shorter one.`;
  if (new Set(password).size < 6)
    return 'The password repeats the same few characters. Take one with more different ones.';
  const known = [...common, ...partsOf(user.name), ...partsOf(user.email ?? '')];
  const rest = known.reduce(
    (rest, word) => rest.replaceAll(word, ''),
    password.normalize('NFKC').toLowerCase(),
  );
  return rest.length < 8
    ? 'The password is little more than a common word, your name or your address. Take three or four words that do not belong together.'
    : null;
}

const partsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part.length > 2);
