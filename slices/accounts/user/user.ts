import type { NewEvent, StoredEvent } from '../../../shared/event.ts';
import type { Role } from '../../../shared/web/principal.ts';
import {
  IdentityLinked,
  IdentityUnlinked,
  ProfileChanged,
  RoleChanged,
  SecondFactorRemoved,
  SecondFactorSet,
  SignedIn,
  UserAdded,
  UserDisabled,
  UserEnabled,
} from '../events.ts';

const STREAM = 'user-';

/** The stream that holds every fact about a person. */
export const userStream = (id: string): string => STREAM + id;

/** A person, folded from the stream; the table `users` keeps the same. */
export interface User {
  name: string;
  email: string | null;
  role: Role;
  /** Shut out by an administrator. */
  disabled: boolean;
  /** Has signed in at least once. */
  joined: boolean;
  /** Is asked for a code after the password. */
  secondFactor: boolean;
  /** Both together: who they are at an OpenID Connect provider; null: nobody there. */
  issuer: string | null;
  subject: string | null;
}

/** What is told of somebody whose name was erased. */
const ERASED = '(erased)';

/** The next state of a person; null while there is none. Takes new events and stored ones. */
export function evolve(
  user: User | null,
  event: Pick<NewEvent | StoredEvent, 'type' | 'data'>,
): User | null {
  const fact = event as StoredEvent;
  if (UserAdded.is(fact)) {
    const { name, email, role } = fact.data;
    return {
      name: name ?? ERASED,
      email,
      role,
      disabled: false,
      joined: false,
      secondFactor: false,
      issuer: null,
      subject: null,
    };
  }
  if (user === null) return null;
  if (ProfileChanged.is(fact))
    return { ...user, name: fact.data.name ?? ERASED, email: fact.data.email };
  if (RoleChanged.is(fact)) return { ...user, role: fact.data.role };
  if (IdentityLinked.is(fact)) {
    const { issuer, subject } = fact.data;
    return { ...user, issuer, subject, secondFactor: false };
  }
  if (IdentityUnlinked.is(fact)) return { ...user, issuer: null, subject: null };
  if (UserDisabled.is(fact)) return { ...user, disabled: true };
  if (UserEnabled.is(fact)) return { ...user, disabled: false };
  if (SecondFactorSet.is(fact)) return { ...user, secondFactor: true };
  if (SecondFactorRemoved.is(fact)) return { ...user, secondFactor: false };
  return SignedIn.is(fact) ? { ...user, joined: true } : user;
}

export type UserCommand =
  | { do: 'change profile'; name: string; email: string | null }
  | { do: 'change role'; role: Role; reason: string }
  | { do: 'shut out'; reason: string }
  | { do: 'let in'; reason: string }
  | { do: 'reset second factor'; reason: string }
  | { do: 'unlink'; reason: string };

/** Facts, or why it no longer applies, as a sentence that says what to do. */
export type Decision = { facts: readonly NewEvent[] } | { refusal: string };

/**
 * Decides on a person as they are now. `otherAdministrators`: how many others could still give
 * somebody a role; with none left nobody could ever.
 */
export function decide(user: User, command: UserCommand, otherAdministrators: number): Decision {
  const { name } = user;
  const isLast = user.role === 'admin' && !user.disabled && otherAdministrators === 0;
  switch (command.do) {
    case 'change profile': {
      const { name, email } = command;
      const isSame = user.name === name && user.email === email;
      return { facts: isSame ? [] : [ProfileChanged({ name, email })] };
    }
    case 'change role': {
      const { role, reason } = command;
      if (user.role === role) return refuse(`${name} has the role ${role} already.`);
      if (isLast) return refuse(lastOne(name));
      return { facts: [RoleChanged({ name, role, reason })] };
    }
    case 'shut out':
      if (user.disabled) return refuse(`${name} is shut out already.`);
      if (isLast) return refuse(lastOne(name));
      return { facts: [UserDisabled({ name, reason: command.reason })] };
    case 'let in':
      if (!user.disabled) return refuse(`${name} is not shut out.`);
      return { facts: [UserEnabled({ name, reason: command.reason })] };
    case 'reset second factor':
      if (!user.secondFactor) return refuse(`${name} has no second factor.`);
      return { facts: [SecondFactorRemoved({ name, reason: command.reason })] };
    case 'unlink': {
      const { issuer } = user;
      if (issuer === null) return refuse(`${name} is linked to no account at a provider.`);
      return { facts: [IdentityUnlinked({ name, issuer, reason: command.reason })] };
    }
    default:
      return command satisfies never;
  }
}

const refuse = (refusal: string): Decision => ({ refusal });

const lastOne = (name: string): string =>
  `${name} is the only administrator. Make somebody else one first.`;
