import { Type } from 'typebox';
import { defineEvent, personal } from '../../shared/event.ts';
import { roles, type Role } from '../../shared/web/principal.ts';
import {
  endsOfSession,
  purposes,
  waysIn,
  type EndOfSession,
  type Purpose,
  type WayIn,
} from './words.ts';

const role = Type.Unsafe<Role>(Type.String({ enum: [...roles] }));
const reason = personal(Type.String({ description: 'in the words of whoever asked' }));
const name = personal(Type.String());
const email = personal(Type.String({ description: 'null: none' }));
const session = Type.String({ description: 'id of a signed-in browser' });
const told = (words: string | null) => words ?? '(erased)';

// On the stream `user-{id}`: a person.

export const UserAdded = defineEvent('UserAdded', {
  schema: Type.Object({ name, email, role }),
  sentence: (data) => `${told(data.name)} was added with the role ${data.role}`,
});

export const ProfileChanged = defineEvent('ProfileChanged', {
  schema: Type.Object({ name, email }),
  sentence: (data) =>
    `The name is ${told(data.name)} now, the e-mail address ${data.email ?? '(none)'}`,
});

export const RoleChanged = defineEvent('RoleChanged', {
  schema: Type.Object({ name, role, reason }),
  sentence: (data) => `${told(data.name)} has the role ${data.role} now: ${told(data.reason)}`,
});

export const UserDisabled = defineEvent('UserDisabled', {
  schema: Type.Object({ name, reason }),
  sentence: (data) => `${told(data.name)} was shut out: ${told(data.reason)}`,
});

export const UserEnabled = defineEvent('UserEnabled', {
  schema: Type.Object({ name, reason }),
  sentence: (data) => `${told(data.name)} was let in again: ${told(data.reason)}`,
});

export const SignInLinkMade = defineEvent('SignInLinkMade', {
  schema: Type.Object({
    name,
    purpose: Type.Unsafe<Purpose>(Type.String({ enum: [...purposes] })),
    expiresAt: Type.String({ format: 'date-time' }),
    reason,
  }),
  sentence: (data) =>
    `${data.purpose === 'invitation' ? 'An' : 'A'} ${data.purpose} link was made for ${told(data.name)}${data.reason === null ? '' : `: ${data.reason}`}`,
});

export const PasswordSet = defineEvent('PasswordSet', {
  schema: Type.Object({}),
  sentence: () => 'A password was set',
});

export const SecondFactorSet = defineEvent('SecondFactorSet', {
  schema: Type.Object({}),
  sentence: () => 'A second factor was set up',
});

export const SecondFactorRemoved = defineEvent('SecondFactorRemoved', {
  schema: Type.Object({ name, reason }),
  sentence: (data) =>
    `The second factor of ${told(data.name)} was removed${data.reason === null ? '' : `: ${data.reason}`}`,
});

export const BackupCodesMade = defineEvent('BackupCodesMade', {
  schema: Type.Object({ count: Type.Integer() }),
  sentence: (data) => `${data.count} backup codes were made, in place of any before`,
});

export const BackupCodeUsed = defineEvent('BackupCodeUsed', {
  schema: Type.Object({ left: Type.Integer() }),
  sentence: (data) => `A backup code was used; ${data.left} are left`,
});

export const IdentityLinked = defineEvent('IdentityLinked', {
  schema: Type.Object({
    name,
    issuer: Type.String({ description: 'the address of an OpenID Connect provider' }),
    subject: personal(Type.String({ description: 'what the provider calls the person' })),
  }),
  sentence: (data) =>
    `${told(data.name)} was linked to an account at ${data.issuer}, in place of a password`,
});

export const IdentityUnlinked = defineEvent('IdentityUnlinked', {
  schema: Type.Object({ name, issuer: Type.String(), reason }),
  sentence: (data) => `${told(data.name)} was unlinked from ${data.issuer}: ${told(data.reason)}`,
});

export const SignedIn = defineEvent('SignedIn', {
  schema: Type.Object({
    session,
    by: Type.Unsafe<WayIn>(Type.Union(waysIn.map((way) => Type.Literal(way)))),
    agent: personal(Type.String({ description: 'what the browser says it is' })),
  }),
  sentence: (data) => `Signed in by ${data.by}`,
});

export const SessionsEnded = defineEvent('SessionsEnded', {
  schema: Type.Object({
    sessions: Type.Array(session),
    why: Type.Unsafe<EndOfSession>(Type.String({ enum: [...endsOfSession] })),
    reason,
  }),
  sentence: (data) =>
    `${data.sessions.length === 1 ? 'A session' : `${data.sessions.length} sessions`} ended: ${data.reason ?? data.why.replaceAll('-', ' ')}`,
});

// On the stream `token-{id}`: a credential of a program.

export const TokenCreated = defineEvent('TokenCreated', {
  schema: Type.Object({
    name,
    role,
    prefix: Type.String({ description: 'by which people recognise it' }),
    expiresAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  }),
  sentence: (data) =>
    `The API token ${told(data.name)} (${data.prefix}…) was made with the role ${data.role}`,
});

export const TokenRevoked = defineEvent('TokenRevoked', {
  schema: Type.Object({ name, reason }),
  sentence: (data) => `The API token ${told(data.name)} was revoked: ${told(data.reason)}`,
});
