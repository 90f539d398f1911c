import type { FailedAttempt } from './send/retry-delay.ts';

/** Why a URL cannot be an endpoint's, as a sentence that says what to do; null when it can. */
export type CheckUrl = (url: string) => string | null;

/** Milliseconds from a failed attempt to the next one; null when there is none. */
export type RetryDelay = (attempt: FailedAttempt) => number | null;

export type Clock = () => Date;
