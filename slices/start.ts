import { ConfigError, loadConfig } from '../shared/config.ts';
import { publicAddress } from '../shared/web/public-address.ts';
import { startDoctrail, type Doctrail } from './doctrail.ts';

/** Starts, says where to open it, and ends in order when told to. */
async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const doctrail = await startDoctrail(config);
  let stopping: Promise<void> | null = null;
  const stop = () => {
    stopping ??= doctrail.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await greet(doctrail);
}

async function greet({ url, cradle }: Doctrail): Promise<void> {
  if (url === null) {
    console.log('Doctrail works in the background; another process shows the pages.');
    return;
  }
  const { accounts, config } = cradle;
  const address = config.port === 0 && config.publicUrl === null ? url : publicAddress(config);
  console.log(`\nDoctrail is running: ${address}`);
  if (await accounts.hasSessions()) {
    console.log('Signed out? "npm run -s sign-in-link" prints a new link.\n');
    return;
  }
  console.log(
    `Sign in once with this link, as administrator:\n${address}/sign-in/${await accounts.createSignInLink()}\n`,
  );
}

try {
  await main();
} catch (error) {
  if (error instanceof ConfigError) console.error(error.message);
  else if (isTaken(error)) {
    console.error(
      `Port ${error.port} of ${error.address} is taken. Stop what uses it, or set PORT to another (0 picks a free one).`,
    );
  } else console.error(error);
  process.exit(1);
}

function isTaken(error: unknown): error is { port: number; address: string } {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
