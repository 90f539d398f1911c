import type { Config } from '../../shared/config.ts';
import type { Slice } from '../../shared/slice.ts';
import type { Accounts } from './accounts.ts';
import { accountRoutes } from './routes.ts';

/** Lets people in by a link, machines by a token, and nobody else. */
export function accountsSlice({ accounts, config }: { accounts: Accounts; config: Config }): Slice {
  const https = config.publicUrl?.startsWith('https:') ?? false;
  return {
    name: 'accounts',
    summary: 'Lets people in by a one-time link and machines by a token.',
    screens: [{ name: 'Sign in', url: '/sign-in', shows: [] }],
    routes: accountRoutes(accounts, https),
  };
}
