import { inArray } from 'drizzle-orm';
import type { Database } from '../../shared/database.ts';
import { apiTokens, users } from './tables.ts';

export interface ActorNames {
  /** What people call the actors of events (`user:<id>`, `token:<id>`, `system:<name>`), by actor. */
  of(actors: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export function createActorNames({ db }: Database): ActorNames {
  return {
    async of(actors) {
      const distinct = [...new Set(actors)];
      const idsOf = (kind: string) =>
        distinct
          .filter((actor) => actor.startsWith(`${kind}:`))
          .map((actor) => actor.slice(kind.length + 1));
      const people = await db
        .select()
        .from(users)
        .where(inArray(users.id, idsOf('user')));
      const tokens = await db
        .select()
        .from(apiTokens)
        .where(inArray(apiTokens.id, idsOf('token')));
      return new Map([
        ...idsOf('system').map((name) => [`system:${name}`, name] as const),
        ...people.map(({ id, name }) => [`user:${id}`, name] as const),
        ...tokens.map(({ id, name }) => [`token:${id}`, `${name} (API token)`] as const),
      ]);
    },
  };
}
