import type { StepFailure } from '../step-failure.ts';

/** Text between two quotation marks of a kind; an apostrophe inside a word is none. */
const QUOTED = /"[^"]*"|“[^”]*”|`[^`]*`|(?<!\p{L})(?:'[^']*'|‘[^’]*’)(?!\p{L})/gu;

/** Their sentence is the same whatever went wrong: the technical error tells them apart. */
const UNFORESEEN = new Set(['internal-error', 'parser-error']);

/**
 * Groups failures that are alike: step, code and the message without what differs from document to
 * document (ids, addresses, paths, quoted names, numbers).
 */
export function failureSignature(
  step: string,
  failure: Pick<StepFailure, 'code' | 'message' | 'detail'>,
): string {
  const technical = UNFORESEEN.has(failure.code) ? failure.detail?.split('\n', 1)[0] : undefined;
  const message = (technical ?? failure.message)
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, '<id>')
    .replaceAll(/\b[0-9a-f]{16,}\b/gi, '<id>')
    .replaceAll(/\S+@\S+/g, '<address>')
    .replaceAll(QUOTED, '<name>')
    .replaceAll(/(?:[a-z]:)?(?:[\\/][^\s\\/]+){2,}/gi, '<path>')
    .replaceAll(/\d+(?:[.,]\d+)*/g, '<n>');
  return `${step} ${failure.code} ${message}`;
}
