/**
 * The error to tell: a failed query carries its text and its parameters, which hold what documents
 * say, so its cause is told in its place.
 */
export function withoutQuery(error: Error): Error {
  return 'params' in error && error.cause instanceof Error ? error.cause : error;
}
