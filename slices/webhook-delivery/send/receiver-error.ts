/** Something about a receiver that its message says in full, for whoever runs it. */
export class ReceiverError extends Error {}

/** How far an exchange came: `connected` counts until TLS, where it is used, has been agreed on. */
export type Phase = 'connecting' | 'connected' | 'sent' | 'answered';

interface Circumstances {
  readonly url: URL;
  readonly phase: Phase;
  readonly timedOut: boolean;
  readonly timeoutMs: number;
}

/** Why there was no whole answer, as a sentence that names the technical code, if there is one. */
export function sentenceFor(error: unknown, circumstances: Circumstances): string {
  const { url, phase, timedOut, timeoutMs } = circumstances;
  const where = url.host;
  if (timedOut) return timeoutSentence(where, phase, timeoutMs);
  if (error instanceof ReceiverError) return error.message;
  const { code, message } = technical(error);
  const isTls = (url.protocol === 'https:' && phase === 'connected') || /^ERR_(SSL|TLS)/.test(code);
  if (isTls) return tlsSentence(where, code, message);
  return `${plainSentence(where, url.hostname, phase, code, message)} (${code}).`;
}

function tlsSentence(where: string, code: string, message: string): string {
  // OpenSSL's own words stand between its functions and its files; Node adds advice behind a semicolon.
  const reason = /SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message.replace(/;.*/s, '');
  const advice = /^(EPROTO|ECONNRESET|ERR_SSL)/.test(code)
    ? 'Check that it speaks TLS at that port.'
    : 'Its certificate must be valid for the host in the URL, and of an authority that Node.js trusts.';
  return `No TLS connection to ${where}: ${reason} (${code}). ${advice}`;
}

function timeoutSentence(where: string, phase: Phase, timeoutMs: number): string {
  const within = `within ${timeoutMs / 1_000} s`;
  switch (phase) {
    case 'connecting':
      return `No connection to ${where} ${within}.`;
    case 'connected':
      return `No TLS connection to ${where} ${within}.`;
    case 'sent':
      return `${where} did not answer ${within}.`;
    case 'answered':
      return `The answer of ${where} was not complete ${within}.`;
    default:
      return phase satisfies never;
  }
}

function plainSentence(
  where: string,
  name: string,
  phase: Phase,
  code: string,
  message: string,
): string {
  if (code === 'ENOTFOUND') return `The name ${name} is unknown`;
  if (code === 'EAI_AGAIN') return `The name ${name} could not be looked up just now`;
  if (code === 'ECONNREFUSED') return `Nothing listens at ${where}`;
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return `There is no way to ${where}`;
  if (phase === 'connecting') return `No connection to ${where}: ${message}`;
  if (code === 'HPE_HEADER_OVERFLOW') return `${where} answered with too many headers`;
  if (phase === 'answered') return `The answer of ${where} broke off`;
  if (code.startsWith('HPE_')) return `What ${where} answered is not HTTP`;
  return `${where} closed the connection without an answer`;
}

/** Of several addresses that failed, what the first one failed with. */
function technical(error: unknown): { code: string; message: string } {
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(cause instanceof Error)) return { code: 'unknown', message: String(cause) };
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
  return { code, message: cause.message };
}
