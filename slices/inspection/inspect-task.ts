import type { Task } from '../../shared/sandbox/task.ts';
import type { Inspection } from './inspection.ts';
import { inspect } from './inspect.ts';
import type { InspectInput } from './inspect.ts';

const task: Task<InspectInput, Inspection> = (input) => inspect(input);
export default task;
