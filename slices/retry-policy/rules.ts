import type { RetryException } from '../../shared/config-variable.ts';

/** How often and when a failed step is tried again; times in milliseconds. */
export interface RetryRule {
  retries: number;
  /** Before the first retry; doubled for each that follows. */
  delayMs: number;
  maxDelayMs: number;
}

export interface RetryRules extends RetryRule {
  exceptions: readonly RetryException[];
}

/** The rule for a failure: what the closest exception says, the rest from the defaults. `named`: it names the code. */
export function rulesFor(
  rules: RetryRules,
  step: string,
  code: string,
): RetryRule & { named: boolean } {
  const matching = rules.exceptions.filter(
    (one) => (one.step ?? step) === step && (one.code ?? code) === code,
  );
  const [closest] = matching.toSorted((one, other) => closeness(other) - closeness(one));
  const { retries, delayMs } = { ...rules, ...closest };
  // A first delay beyond the usual longest one stretches it.
  const maxDelayMs = closest?.maxDelayMs ?? Math.max(rules.maxDelayMs, closest?.delayMs ?? 0);
  return { retries, delayMs, maxDelayMs, named: (closest?.code ?? null) !== null };
}

const closeness = ({ step, code }: RetryException): number =>
  (code === null ? 0 : 2) + (step === null ? 0 : 1);
