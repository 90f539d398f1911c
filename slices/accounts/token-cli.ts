import { runCommand } from '../../shared/command-line.ts';
import { withAccounts } from './cli.ts';
import { readArguments } from './token/arguments.ts';

await runCommand(async () => {
  const token = readArguments(process.argv.slice(2));
  return withAccounts((accounts) => accounts.createToken(token));
});
