/**
 * The error to tell: a failed query carries its text and its parameters, which hold what documents
 * say, so its cause is told in its place.
 */
export function withoutQuery(error: Error): Error {
  return 'params' in error && error.cause instanceof Error ? error.cause : error;
}

/** Whether the error, or what it wraps (drizzle wraps the driver's), carries one of the codes. */
export function hasCode(error: unknown, codes: readonly string[]): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && codes.includes(String(error.code))) || hasCode(error.cause, codes);
}
