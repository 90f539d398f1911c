import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from '../../shared/sandbox/sandbox.ts';
import { StepFailure } from '../../shared/step-failure.ts';
import type { Random } from '../crash/random.ts';
import type { GoodFile } from './good-files.ts';
import { readThrough } from './steps.ts';

export interface FuzzOptions {
  sandbox: Sandbox;
  files: readonly GoodFile[];
  /** Mutants of each file. */
  each: number;
  random: Random;
  /** Where the mutants are written, one after the other. */
  folder: string;
}

export interface Fuzzed {
  mutants: number;
  /** How many ended so: as text, or with a code. */
  outcomes: Record<string, number>;
  slowestMs: number;
  /** What should not be, in sentences. */
  flaws: string[];
}

/**
 * Spoils good files at random and reads them: each has to end as text or with a code and a sentence,
 * and the good file behind it has to be read as if nothing had happened.
 */
export async function fuzz(options: FuzzOptions): Promise<Fuzzed> {
  const { sandbox, files, each, random, folder } = options;
  const found: Fuzzed = { mutants: 0, outcomes: {}, slowestMs: 0, flaws: [] };
  const path = join(folder, 'document');
  for (const good of files) {
    for (let count = 0; count < each; count += 1) {
      const { how, bytes } = spoil(good.bytes, random.pick([good, ...files]).bytes, random);
      await writeFile(path, bytes);
      const begun = performance.now();
      const outcome = await outcomeOf(sandbox, path, good.name);
      found.slowestMs = Math.max(found.slowestMs, Math.round(performance.now() - begun));
      found.mutants += 1;
      found.outcomes[outcome.code] = (found.outcomes[outcome.code] ?? 0) + 1;
      if (outcome.flaw !== null) found.flaws.push(`${good.name}, ${how}: ${outcome.flaw}`);
    }
    await writeFile(path, good.bytes);
    const { text } = await readThrough(sandbox, path, good.name);
    if (!text.includes(good.words)) found.flaws.push(`${good.name} reads otherwise afterwards`);
  }
  return found;
}

async function outcomeOf(sandbox: Sandbox, path: string, name: string) {
  try {
    await readThrough(sandbox, path, name);
    return { code: 'text', flaw: null };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const { code, message, detail } = error;
    // A reader that throws what it did not foresee says nothing that helps a clerk.
    const isUnforeseen = code === 'parser-error' || !/\p{L}.*\.$/u.test(message);
    return { code, flaw: isUnforeseen ? `${code}: ${detail}` : null };
  }
}

type Spoil = (bytes: Buffer, other: Buffer, random: Random) => Buffer;

/** Flipped bytes, a cut end, a piece left out or said twice, another file's piece, zeros, large numbers. */
const SPOILS: readonly [string, Spoil][] = [
  [
    'flipped',
    (bytes, _, random) => {
      const spoilt = Buffer.from(bytes);
      for (let count = random.whole(1, 20); count > 0; count -= 1) {
        spoilt[random.whole(0, spoilt.length - 1)] = random.whole(0, 255);
      }
      return spoilt;
    },
  ],
  ['cut', (bytes, _, random) => bytes.subarray(0, random.whole(1, bytes.length - 1))],
  [
    'left out',
    (bytes, _, random) => {
      const [start, end] = stretch(bytes, random);
      return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
    },
  ],
  [
    'doubled',
    (bytes, _, random) => {
      const [start, end] = stretch(bytes, random);
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
    },
  ],
  [
    'spliced',
    (bytes, other, random) => {
      const [start, end] = stretch(other, random);
      const at = random.whole(1, bytes.length);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(start, end), bytes.subarray(at)]);
    },
  ],
  [
    'overwritten',
    (bytes, _, random) => {
      const [start, end] = stretch(bytes, random);
      return Buffer.from(bytes).fill(random.pick([0, 0xff, 0x7f, 0x20]), start, end);
    },
  ],
];

function spoil(bytes: Buffer, other: Buffer, random: Random): { how: string; bytes: Buffer } {
  const [how, work] = SPOILS[random.whole(0, SPOILS.length - 1)] ?? SPOILS[0] ?? never();
  return { how, bytes: work(bytes, other, random) };
}

function stretch(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = random.whole(0, bytes.length - 1);
  return [start, Math.min(bytes.length, start + random.whole(1, 200))];
}

function never(): never {
  throw new Error('There is a way to spoil a file.');
}
