import { pino } from 'pino';
import { loadConfig } from '../../shared/config.ts';
import { openDatabase } from '../../shared/database.ts';
import type { Slice, StepSlice } from '../../shared/slice.ts';
import { createDoctrailContainer } from '../../slices/container.ts';
import { stepSlices } from '../../slices/slices.ts';
import { renderEventModel } from './render.ts';
import { readSpecifications } from './specifications.ts';

const root = new URL('../..', import.meta.url).pathname;

/** The slices as the container makes them, with everything they need and nothing started. */
export function composedSlices(steps: readonly StepSlice[] = stepSlices): readonly Slice[] {
  const { cradle } = createDoctrailContainer({
    // With a key of its own: none is made in the data folder.
    config: loadConfig({ LOG_LEVEL: 'silent', SECRET_KEY: 'the key of a model that never runs' }),
    log: pino({ level: 'silent' }),
    // Nothing connects before the first query.
    database: openDatabase('postgres://nobody@localhost/none'),
    databaseUrl: 'postgres://nobody@localhost/none',
    stepSlices: steps,
  });
  return cradle.slices;
}

export function currentEventModel(): string {
  return renderEventModel(composedSlices(), readSpecifications(root));
}
