import { runCommand } from '../../shared/command-line.ts';
import { withAccounts } from './cli.ts';
import { publicAddress } from '../../shared/web/public-address.ts';

await runCommand(() =>
  withAccounts(async (accounts, config) => {
    const address = publicAddress(config);
    return `${address}/sign-in/${await accounts.createSignInLink()}`;
  }),
);
