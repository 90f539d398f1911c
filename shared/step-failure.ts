/** Whether trying again can help: `transient` may be retried, `permanent` never. */
export type FailureKind = 'transient' | 'permanent';

/**
 * A failure that a step states about a document: it becomes the step's `…Failed` event.
 *
 * - `code`: stable, kebab-case, for machines (`pdf-encrypted`, `parser-timeout`).
 * - `message`: one sentence for people that says what to do.
 * - `detail`: the technical error, for administrators; never shown to uploaders.
 *
 * Any other error thrown by a step is a bug or an outage, not a statement about the document.
 */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly code: string;
  readonly kind: FailureKind;
  readonly detail: string | null;

  constructor(
    code: string,
    kind: FailureKind,
    message: string,
    options: { detail?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.kind = kind;
    this.detail = options.detail ?? null;
  }
}
