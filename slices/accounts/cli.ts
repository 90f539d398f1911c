import { withServerDatabase } from '../../shared/command-line.ts';
import type { Config } from '../../shared/config.ts';
import { createAccounts, type Accounts } from './accounts.ts';

/** Works on the accounts of the server that has the same environment, whether it runs or not. */
export const withAccounts = <T>(
  work: (accounts: Accounts, config: Config) => Promise<T>,
): Promise<T> => withServerDatabase((database, config) => work(createAccounts(database), config));
