import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** What authenticator apps take without being told otherwise (RFC 6238). */
const STEP_SECONDS = 30;
const totp = (secret: string, label = '') =>
  new TOTP({ issuer: 'Doctrail', label, secret: Secret.fromBase32(secret), period: STEP_SECONDS });

/** 160 random bits in base32, as apps take them (RFC 4226, 4). */
export const newFactorSecret = (): string => new Secret({ size: 20 }).base32;

/** What the QR code says: `otpauth://totp/…`; `label` tells accounts apart in the app. */
export const factorUri = (secret: string, label: string): string => totp(secret, label).toString();

/**
 * The step (30 seconds, counted from 1970) whose code this is; null when it is none. One step before
 * and one after count, for clocks that differ and people who type slowly (RFC 6238, 5.2).
 */
export function stepOf(secret: string, code: string, now: Date): number | null {
  const timestamp = now.getTime();
  const delta = totp(secret).validate({ token: code, timestamp, window: 1 });
  return delta === null ? null : Math.floor(timestamp / 1_000 / STEP_SECONDS) + delta;
}

export const BACKUP_CODES = 10;
/** Without letters and digits that are taken for each other. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz023456789';

/** 80 random bits, beyond guessing, so that a fast hash is enough: `abcd-efgh-jkmn-pqrs`. */
export function newBackupCode(): string {
  const letters = [...randomBytes(16)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return letters.join('').replaceAll(/(.{4})(?!$)/g, '$1-');
}

/** A code as it was entered, without what people put in between: `123 456`, `ABCD-EFGH…`. */
export const plainCode = (entered: string): string =>
  entered.replaceAll(/[\s-]/g, '').toLowerCase();
