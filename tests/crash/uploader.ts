import { randomUUID } from 'node:crypto';
import type { Client } from './client.ts';
import type { Random } from './random.ts';
import { smallFile, type SmallFile } from './small-files.ts';

/** One upload of one or more files, and what is known about it. */
export interface Upload {
  files: readonly SmallFile[];
  /** Repeated under its key until it is answered; without one, sent once. */
  key: string | null;
  /** Ids of its files, in order, once it was acknowledged. */
  acknowledged: string[] | null;
}

/** Uploads of `count` small files in all, one to three each, every second one under a key. */
export function makeUploads(count: number, random: Random, make = smallFile): Upload[] {
  const uploads: Upload[] = [];
  for (let made = 0; made < count;) {
    const size = Math.min(random.whole(1, 3), count - made);
    const files = Array.from({ length: size }, (_, index) => make(made + index, random));
    uploads.push({ files, key: random.next() < 0.5 ? randomUUID() : null, acknowledged: null });
    made += size;
  }
  return uploads;
}

/**
 * Sends uploads one after the other until `signal` says that the server is gone. One that got no
 * answer is sent again at the next call when it has a key; without, nobody knows what became of it.
 * @throws Error when the server refuses one
 */
export async function sendUploads(
  waiting: Upload[],
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  for (let upload = waiting.shift(); upload; upload = waiting.shift()) {
    const answer = await client.upload(upload.files, upload.key ?? undefined).catch(() => null);
    if (answer && 'ids' in answer) upload.acknowledged = answer.ids;
    else if (answer && answer.refused < 500) {
      throw new Error(`An upload was refused, ${answer.refused}: ${answer.detail}`);
    } else if (upload.key !== null) waiting.unshift(upload);
    if (signal.aborted) return;
    // Without an answer the server is being killed at this moment.
    if (!answer) return;
  }
}
