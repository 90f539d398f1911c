import type { RoleRule } from '../../../shared/config-variable.ts';
import { peopleRoles, type PersonRole } from '../../../shared/web/principal.ts';
import type { UserRecord } from '../user/users.ts';

/** Whom a provider says it has signed in. */
export interface Identity {
  /** Both together: who somebody is, for good. */
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  /** One that the provider has verified; null: it has not, or tells none. */
  readonly email: string | null;
  /** Values of the claim that gives roles. */
  readonly values: readonly string[];
}

/** Claims of an ID token and of the userinfo endpoint (OpenID Connect Core 1.0, 5.1). */
export type Claims = Readonly<Record<string, unknown>> & { iss: string; sub: string };

export function identityOf(claims: Claims, roleClaim: string | null): Identity {
  const email = text(claims['email']);
  // Some write the boolean as a text.
  const isVerified = [true, 'true'].some((yes) => yes === claims['email_verified']);
  const name = text(claims['name']) ?? text(claims['preferred_username']) ?? email ?? claims.sub;
  const given = roleClaim === null ? [] : [claims[roleClaim]].flat();
  return {
    issuer: claims.iss,
    subject: claims.sub,
    name: name.slice(0, 100),
    email: isVerified ? email : null,
    values: given.filter((value) => typeof value === 'string'),
  };
}

const text = (claim: unknown): string | null => (typeof claim === 'string' && claim.trim()) || null;

/** The highest role that the rules give; null: none. */
export function roleFrom(values: readonly string[], rules: readonly RoleRule[]): PersonRole | null {
  const given = rules.filter(({ value }) => value === null || values.includes(value));
  return peopleRoles.findLast((role) => given.some((rule) => rule.role === role)) ?? null;
}

/** Somebody here whom an identity may be. */
type Person = Pick<UserRecord, 'id' | 'disabled' | 'role' | 'issuer' | 'subject'>;

export type EntryRefusal =
  | 'shut-out'
  | 'no-role'
  | 'linked-elsewhere'
  | 'unverified-email'
  | 'no-account';

/**
 * Who comes in (`user` null: somebody new), with which new role (null: none) and whether
 * the identity is linked to them from now on; or why nobody does, and whom that is about.
 */
export type Entry =
  | { user: string; links: boolean; role: PersonRole | null }
  | { user: null; links: true; role: PersonRole }
  | { refusal: EntryRefusal; user: string | null };

/**
 * `people`: who is linked to the identity, and who has its e-mail address. Without rules the roles are
 * given here, and so are the accounts.
 */
export function decideEntry(
  { issuer, subject, email, values }: Identity,
  people: readonly Person[],
  rules: readonly RoleRule[],
): Entry {
  const linked = people.find((one) => one.issuer === issuer && one.subject === subject);
  const person = linked ?? people[0];
  const user = person?.id ?? null;
  if (person?.disabled) return { refusal: 'shut-out', user };
  const role = roleFrom(values, rules);
  if (rules.length > 0 && role === null) return { refusal: 'no-role', user };
  if (!linked && person?.issuer === issuer) return { refusal: 'linked-elsewhere', user };
  if (person) return { user: person.id, links: !linked, role: role === person.role ? null : role };
  if (role !== null) return { user, links: true, role };
  return { refusal: email === null ? 'unverified-email' : 'no-account', user };
}
