import { renderSVG } from 'uqr';
import { factorUri } from '../second-factor/codes.ts';
import type { UserRecord } from '../user/users.ts';

/** The page that shows a secret to an authenticator app and asks for its first code. */
export function setUpView(
  { name, email }: Pick<UserRecord, 'name' | 'email'>,
  secret: string,
  asksCurrent: boolean,
) {
  return {
    /** Markup made of squares alone. */
    qr: renderSVG(factorUri(secret, email ?? name), { border: 2 }),
    secret: secret.replaceAll(/(.{4})(?!$)/g, '$1 '),
    asksCurrent,
  };
}

/** Backup codes, told once. */
export const backupCodesView = (codes: readonly string[]) => ({
  title: 'Backup codes',
  way: { href: '/settings#second-factor', name: 'Second factor' },
  secretTitle: 'Keep these where your phone is not',
  secret: codes.join('\n'),
  copy: 'Copy the codes',
  says: 'They are shown here and nowhere else. Each signs you in once in place of a code of the app. Signing in asks for a code from now on; your other sessions were ended when it was set up.',
  next: { href: '/settings', name: 'To the settings' },
});
