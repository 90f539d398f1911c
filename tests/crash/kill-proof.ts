import assert from 'node:assert/strict';
import type { Database } from '../../shared/database.ts';
import { proveDocuments } from './acknowledged.ts';
import { waitForEnds, withLives } from './lives.ts';
import { createRandom, newSeed } from './random.ts';
import { proveReadModels } from './read-models.ts';
import { makeUploads } from './uploader.ts';

export interface KillFigures {
  seed: number;
  kills: number;
  /** Files that were handed over, that were acknowledged, and that are on the board. */
  files: number;
  acknowledged: number;
  onBoard: number;
  events: number;
  /** Steps that a kill interrupted; each ran again. */
  interruptions: number;
  slowestStartMs: number;
  /** From the start of a process until the last step that its predecessor left was begun again. */
  slowestResumptionMs: number;
  readModelRows: number;
  seconds: number;
}

/** A job that waited for its heartbeat to run out would begin again after this. */
const HEARTBEAT_MS = 15_000;

/**
 * Kills the server (kill -9) at random moments while documents are handed over, starts it again
 * each time, and then looks whether all that was acknowledged is there, whole, and done once.
 * @throws Error with the seed in its message
 */
export async function proveKills(options: {
  kills: number;
  files: number;
  seed?: number;
}): Promise<KillFigures> {
  const { kills, files, seed = newSeed() } = options;
  const random = createRandom(seed);
  const begun = performance.now();
  return withLives({ seed }, async (lives) => {
    const uploads = makeUploads(files, random);
    const last = await lives.killWhileUploading(kills, uploads, random);
    await waitForEnds(last);
    const onBoard = await proveDocuments(last.client, uploads);
    const readModelRows = await proveReadModels(last.database, last.client);
    const figures = await readInterruptions(last.database, lives.starts);
    assert.ok(figures.slowestResumptionMs < HEARTBEAT_MS, 'Interrupted steps waited for a timeout');
    const { slowestStartMs } = lives;
    await lives.end(last);
    const acknowledged = uploads.flatMap((upload) => upload.acknowledged ?? []).length;
    const seconds = Math.round((performance.now() - begun) / 1000);
    const handedOver = { seed, kills, files, acknowledged, onBoard };
    return { ...handedOver, ...figures, slowestStartMs, readModelRows, seconds };
  });
}

/** How many steps a kill interrupted, and how soon after a start they ran again. */
export async function readInterruptions({ sql }: Database, starts: readonly number[]) {
  const interrupted = await sql<{ stored_at: Date }[]>`
    SELECT stored_at FROM events WHERE type LIKE '%Interrupted' ORDER BY position`;
  const [count] = await sql<{ events: number }[]>`SELECT count(*)::int AS events FROM events`;
  const resumptions = interrupted.map(({ stored_at: at }) => {
    return at.getTime() - (starts.findLast((start) => start <= at.getTime()) ?? 0);
  });
  return {
    events: count?.events ?? 0,
    interruptions: interrupted.length,
    slowestResumptionMs: Math.max(0, ...resumptions),
  };
}
