import { loadConfig } from '../../shared/config.ts';
import { startDoctrail } from '../doctrail.ts';

/**
 * A server in a process of its own, without steps, that tells its parent where it is and, whenever
 * it is asked, the most memory that it ever took.
 */
const { url, cradle, stop } = await startDoctrail(loadConfig(process.env), { steps: [] });
const token = await cradle.accounts.createToken({ name: 'memory', role: 'operator' });
process.send?.({ url, token });
process.on('message', (asked) => {
  if (asked === 'peak') process.send?.({ bytes: process.resourceUsage().maxRSS * 1024 });
  else void stop().then(() => process.exit(0));
});
