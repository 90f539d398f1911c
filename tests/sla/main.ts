import { loadConfig } from '../../shared/config.ts';
import { startDoctrail } from '../../slices/doctrail.ts';
import { stepSlices } from '../../slices/slices.ts';

// Doctrail in a process of its own, as slices/main.ts starts it, with nobody at work: documents come,
// and wait until they are late.

const steps = stepSlices.map((slice) => ({
  ...slice,
  step: { ...slice.step, concurrency: () => 0 },
}));
const doctrail = await startDoctrail(loadConfig(process.env), { steps });
process.once('SIGTERM', () => void doctrail.stop().then(() => process.exit(0)));
console.log(`Doctrail is running: ${doctrail.url}`);
