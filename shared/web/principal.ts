export const roles = ['uploader', 'viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** The roles of people, the least first; an uploader is a program, which no screen is open to. */
export const peopleRoles = ['viewer', 'operator', 'admin'] as const;
export type PersonRole = (typeof peopleRoles)[number];

/** Whoever makes a request. `id` is that of the token, or of the user behind the session. */
export interface Principal {
  readonly kind: 'token' | 'session';
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** Finds out whose a credential is; null for one that is unknown, expired or revoked. */
export interface Authenticator {
  token(plaintext: string): Promise<Principal | null>;
  session(plaintext: string): Promise<Principal | null>;
}

/** The cookie that holds a session; opaque and random. */
export const sessionCookie = 'doctrail_session';

/** The actor that events carry: `token:<id>` or `user:<id>`. */
export const actorOf = ({ kind, id }: Principal): string =>
  kind === 'token' ? `token:${id}` : `user:${id}`;
