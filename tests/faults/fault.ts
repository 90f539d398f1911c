/** What a step can be made to do, and how each deed ends. */
export const deeds = {
  'fail-transient': { code: 'fault-transient', kind: 'transient' },
  'fail-permanent': { code: 'fault-permanent', kind: 'permanent' },
  loop: { code: 'parser-timeout', kind: 'permanent' },
  memory: { code: 'parser-out-of-memory', kind: 'permanent' },
  kill: { code: 'parser-crashed', kind: 'transient' },
  'throw-in-parser': { code: 'parser-error', kind: 'permanent' },
  throw: { code: 'internal-error', kind: 'transient' },
} as const;

export type Deed = keyof typeof deeds;

/** A step does something before it does its work, until it has failed `times` times. */
export interface Fault {
  /** Its slug. */
  step: string;
  does: Deed;
  times: number;
}

/** The faults of a document, from its file name alone. */
export type FaultsOf = (fileName: string) => readonly Fault[];

const IN_NAME = /\(([a-z-]+) ([a-z-]+)(?: (\d+))?\)/g;

/**
 * `note (inspection throw 2) (publication kill).txt`: the inspection throws twice, the publication's
 * parser is killed each time.
 * @throws Error for a deed that there is not
 */
export const faultsInName: FaultsOf = (fileName) =>
  [...fileName.matchAll(IN_NAME)].map(([, step = '', does = '', times]) => {
    if (!isDeed(does)) throw new Error(`No step can be made to "${does}".`);
    return { step, does, times: times === undefined ? Infinity : Number(times) };
  });

/** The part of a file name that says a fault. */
export function nameOf({ step, does, times }: Fault): string {
  return `(${step} ${does}${Number.isFinite(times) ? ` ${times}` : ''})`;
}

function isDeed(name: string): name is Deed {
  return Object.hasOwn(deeds, name);
}
