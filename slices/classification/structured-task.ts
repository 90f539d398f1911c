import type { Task } from '../../shared/sandbox/task.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import { readStructured } from './structured/read-structured.ts';
import type { Structured } from './structured/structured.ts';

/** `file`: the document as it was received. */
export interface StructuredInput {
  file: string;
  format: Format;
}

/** Reads what a document says of itself in data, in a sandboxed process; see {@link readStructured}. */
const structuredTask: Task<StructuredInput, Structured[]> = ({ file, format }) =>
  readStructured(file, format);

export default structuredTask;
