const CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
]);

/** SQLSTATE classes: connection, serialization, resources, operator intervention (shutdown), system error. */
const CLASSES = new Set(['08', '40', '53', '57', '58']);

/**
 * Whether an error says that something around the program is away for now (a lost connection, a
 * full disk, a deadlock), so that trying again later is right and nobody is to blame.
 */
export function isOutage(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : '';
    if (CODES.has(code) || (/^[0-9A-Z]{5}$/.test(code) && CLASSES.has(code.slice(0, 2))))
      return true;
    if (code === 'ENOENT' && 'syscall' in cause && cause.syscall === 'connect') return true;
  }
  return false;
}
