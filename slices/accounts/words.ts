/** What one-time links are for: the first way in, somebody new, somebody who lost the password. */
export const purposes = ['sign-in', 'invitation', 'reset'] as const;
export type Purpose = (typeof purposes)[number];

/** What a session was opened by. */
export const waysIn = ['link', 'password', 'single sign-on'] as const;
export type WayIn = (typeof waysIn)[number];

/** Why a signed-in browser is that no more. */
export const endsOfSession = [
  'signed-out',
  'signed-in-anew',
  'revoked',
  'password-set',
  'second-factor-set',
  'shut-out',
  'linked-to-a-provider',
] as const;
export type EndOfSession = (typeof endsOfSession)[number];
