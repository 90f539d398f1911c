import { loadConfig } from '../../shared/config.ts';
import { startDoctrail } from '../../slices/doctrail.ts';
import { stepSlices } from '../../slices/slices.ts';
import { faultySteps } from './faulty-steps.ts';

// Doctrail in a process of its own, as slices/main.ts starts it, whose documents fail as their file
// names say.

const doctrail = await startDoctrail(loadConfig(process.env), { steps: faultySteps(stepSlices) });
process.once('SIGTERM', () => void doctrail.stop().then(() => process.exit(0)));
console.log(`Doctrail is running: ${doctrail.url}`);
