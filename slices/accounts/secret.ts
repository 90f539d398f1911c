import { createHash, randomBytes } from 'node:crypto';

/** 32 random bytes as base64url (43 characters): beyond guessing, so that a fast hash is enough. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/**
 * What is stored and looked up in place of a secret: its SHA-256 as base64url. The time an index
 * takes to find a hash tells nothing about the secret behind it.
 */
export const hashOf = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url');
