import { createHash } from 'node:crypto';

/** Sixteen hex digits that stand for all failures of one signature, in addresses and streams. */
export function groupOf(signature: string): string {
  return createHash('sha256').update(signature).digest('hex').slice(0, 16);
}

const STREAM = 'failure-group-';

/** The stream that holds what people said about a group. */
export const groupStream = (group: string): string => STREAM + group;

/** The group a stream is about, or null when it is about something else. */
export function groupOfStream(stream: string): string | null {
  return stream.startsWith(STREAM) ? stream.slice(STREAM.length) : null;
}
