import { Type, type TObject, type TProperties } from 'typebox';
import { defineEvent, personal, type EventDefinition } from '../event.ts';

/** What went wrong in a step. `signature` groups like with like (see failureSignature). */
export const StepError = Type.Object({
  code: Type.String({ description: 'stable, for machines' }),
  kind: Type.Union([Type.Literal('transient'), Type.Literal('permanent')]),
  message: personal(Type.String({ description: 'for people: what happened and what to do' })),
  signature: personal(Type.String()),
  detail: personal(Type.String({ description: 'the technical error' })),
});

const attempt = Type.Integer({ minimum: 1, description: 'counts every start of this step' });

/**
 * The four facts of a step, named regularly, so that whoever cares about every step subscribes
 * through the list of steps and never names one.
 *
 * @param name in PascalCase: `Inspection` gives `InspectionStarted`, `…Finished`, `…Failed`, `…Interrupted`
 * @param title for sentences: `Text extraction`
 * @param result the step's result in plain values; texts and images as blob hashes
 */
export function stepEvents<Result extends TProperties>(
  name: string,
  title: string,
  result: Result,
) {
  return {
    Started: defineEvent(`${name}Started`, {
      schema: Type.Object({ attempt, worker: Type.String({ description: 'host and process' }) }),
      sentence: (data) => `${title} started${data.attempt > 1 ? `, attempt ${data.attempt}` : ''}`,
    }),
    Finished: defineEvent(`${name}Finished`, {
      schema: Type.Object({ attempt, ...result }),
      sentence: () => `${title} finished`,
    }) as EventDefinition<string, TObject<Result & { attempt: typeof attempt }>>,
    Failed: defineEvent(`${name}Failed`, {
      schema: Type.Object({ attempt, error: StepError }),
      sentence: (data) => `${title} failed: ${data.error.message ?? '(erased)'}`,
    }),
    Interrupted: defineEvent(`${name}Interrupted`, {
      schema: Type.Object({
        attempt,
        reason: Type.Union([Type.Literal('host-died'), Type.Literal('shutdown')]),
      }),
      sentence: (data) =>
        data.reason === 'shutdown'
          ? `${title} was interrupted by a shutdown and runs again`
          : `${title} was interrupted, its host died, and runs again`,
    }),
  };
}

export type StepEvents<Result extends TProperties = TProperties> = ReturnType<
  typeof stepEvents<Result>
>;
