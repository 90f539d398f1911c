import type { Principal } from '../../shared/web/principal.ts';

/** Milliseconds for which an answer is good: the longest time a revoked credential still works. */
const lifetime = 1_000;

/** Answers kept at most; one more forgets them all. */
const capacity = 10_000;

interface Entry {
  readonly principal: Promise<Principal | null>;
  readonly until: number;
}

/**
 * Keeps for a second whose a credential is, by its hash, so that a burst of requests asks the
 * database once. Requests of the same moment share one look-up; a failed one is not kept.
 */
export function createCredentialCache(now: () => Date) {
  const entries = new Map<string, Entry>();
  return {
    find(hash: string, load: () => Promise<Principal | null>): Promise<Principal | null> {
      const time = now().getTime();
      const entry = entries.get(hash);
      if (entry && entry.until > time) return entry.principal;
      if (entries.size >= capacity) entries.clear();
      const principal = load().catch((error: unknown) => {
        entries.delete(hash);
        throw error;
      });
      entries.set(hash, { principal, until: time + lifetime });
      return principal;
    },
    forget: (hash: string): void => void entries.delete(hash),
    /** For a change that touches many: the next request of each asks again. */
    forgetAll: (): void => entries.clear(),
  };
}

export type CredentialCache = ReturnType<typeof createCredentialCache>;
