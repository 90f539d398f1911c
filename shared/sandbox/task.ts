/** What a task may use beside its input. */
export interface TaskContext {
  /** Tells the caller how far the work is, e.g. pages. At most 20 a second arrive, the last always. */
  progress: (done: number, total: number) => void;
  /** A private folder of this run, the only place a task may write to; removed after the run. */
  workDir: string;
}

/**
 * The default export of a task module: work that runs in a sandboxed child process. Input and output
 * are values that structured clone can copy; both are copied. Throws `StepFailure` to say something
 * about the document; any other error becomes `parser-error`.
 */
export type Task<Input, Output> = (input: Input, context: TaskContext) => Promise<Output> | Output;
