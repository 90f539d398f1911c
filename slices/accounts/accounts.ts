import type { Database } from '../../shared/database.ts';
import { eventCatalogue } from '../../shared/event-catalogue.ts';
import { createEventStore, type EventStore } from '../../shared/event-store.ts';
import { createSeal, type Seal } from '../../shared/seal.ts';
import type { Authenticator } from '../../shared/web/principal.ts';
import { createCredentialCache, type CredentialCache } from './credential-cache.ts';
import * as facts from './events.ts';
import { passwordSetAt, setPassword, signIn, type SignIn } from './password/passwords.ts';
import * as factor from './second-factor/second-factors.ts';
import { finishSignIn, ownerOfSecondStep, type SecondStep } from './second-factor/second-steps.ts';
import type { Identity } from './openid/entry.ts';
import { signInByProvider, type Entered, type Opening } from './openid/sign-in.ts';
import { commandLine, type Asking } from './record.ts';
import {
  createLinkFor,
  createSignInLink,
  redeemSignInLink,
  type Redeemed,
} from './session/links.ts';
import {
  authenticateSession,
  hasSessions,
  listSessions,
  revokeSession,
  revokeSessions,
  sessionRecord,
  signOut,
  unknownBrowser,
  type Browser,
  type SessionRecord,
} from './session/sessions.ts';
import {
  authenticateToken,
  createToken,
  listTokens,
  revokeToken,
  type NewToken,
  type TokenRecord,
} from './token/tokens.ts';
import type { UserCommand } from './user/user.ts';
import { changeUser } from './user/change-user.ts';
import { addUser, findUser, listUsers, type NewUser, type UserRecord } from './user/users.ts';

/** What the functions of this slice work on: the database, the log, a clock, the cache. */
export interface Store {
  readonly db: Database['db'];
  readonly events: EventStore;
  readonly now: () => Date;
  readonly cache: CredentialCache;
  /** For what is stored and has to be read again. @throws Error where no key is known */
  readonly seal: () => Seal;
}

type Why = Asking & { reason: string };

/** Who may come in, and with what; each function is described where it is made. */
export interface Accounts extends Authenticator {
  createToken(token: NewToken, asking?: Asking): Promise<string>;
  revokeToken(id: string, why: Why): Promise<void>;
  tokens(): Promise<TokenRecord[]>;
  createSignInLink(asking?: Asking): Promise<string>;
  createLinkFor(user: string, asking: Asking & { reason: string | null }): Promise<string>;
  redeemSignInLink(secret: string, browser?: Browser): Promise<Redeemed | null>;
  signIn(proof: { email: string; password: string }, browser: Browser): Promise<SignIn>;
  setPassword(session: string, password: Parameters<typeof setPassword>[2]): Promise<void>;
  passwordSetAt(user: string): Promise<Date | null>;
  ownerOfSecondStep(step: string): Promise<string | null>;
  finishSignIn(step: string, code: string, browser: Browser): Promise<SecondStep>;
  startSecondFactor(user: string): Promise<void>;
  startedSecondFactor(user: string): Promise<string | null>;
  confirmSecondFactor(session: string, proof: factor.Proof): Promise<string[]>;
  makeBackupCodes(session: string, proof: factor.Proof): Promise<string[]>;
  removeSecondFactor(session: string, proof: factor.Proof): Promise<void>;
  backupCodesLeft(user: string): Promise<number>;
  signInByProvider(identity: Identity, opening: Opening): Promise<Entered>;
  signOut(session: string): Promise<void>;
  sessionRecord(session: string): Promise<SessionRecord | undefined>;
  sessions(user: string): Promise<SessionRecord[]>;
  revokeSession(user: string, id: string, why: Parameters<typeof revokeSession>[3]): Promise<void>;
  revokeSessions(user: string, why: Parameters<typeof revokeSessions>[2]): Promise<void>;
  hasSessions(): Promise<boolean>;
  user(id: string): Promise<UserRecord>;
  users(): Promise<UserRecord[]>;
  addUser(user: NewUser, asking: Asking): Promise<string>;
  changeUser(id: string, command: UserCommand, asking: Asking): Promise<void>;
}

/** `key`: `secretKey(config)`; without one nothing that needs it can be done. */
export function createAccounts(
  { db, sql }: Pick<Database, 'db' | 'sql'>,
  now = () => new Date(),
  key: string | null = null,
) {
  // Its own, for commands that run without a server: it appends in its transactions only.
  const events = createEventStore(sql, eventCatalogue(Object.values(facts)));
  const seal = () => {
    if (key === null) throw new Error('No SECRET_KEY is known here: ask the server.');
    return createSeal(key, 'doctrail second factors');
  };
  const store: Store = { db, events, now, cache: createCredentialCache(now), seal };
  const accounts: Accounts = {
    token: (plaintext) => authenticateToken(store, plaintext),
    session: (plaintext) => authenticateSession(store, plaintext),
    createToken: (token, asking = commandLine) => createToken(store, token, asking),
    revokeToken: (id, why) => revokeToken(store, id, why),
    tokens: () => listTokens(store),
    createSignInLink: (asking = commandLine) => createSignInLink(store, asking),
    createLinkFor: (user, asking) => createLinkFor(store, user, asking),
    redeemSignInLink: (secret, browser = unknownBrowser) =>
      redeemSignInLink(store, secret, browser),
    signIn: (proof, browser) => signIn(store, proof, browser),
    setPassword: (session, password) => setPassword(store, session, password),
    passwordSetAt: (user) => passwordSetAt(store, user),
    ownerOfSecondStep: (step) => ownerOfSecondStep(store, step),
    finishSignIn: (step, code, browser) => finishSignIn(store, { step, code }, browser),
    startSecondFactor: (user) => factor.startSecondFactor(store, user),
    startedSecondFactor: (user) => factor.startedSecondFactor(store, user),
    confirmSecondFactor: (session, proof) => factor.confirmSecondFactor(store, session, proof),
    makeBackupCodes: (session, proof) => factor.makeBackupCodes(store, session, proof),
    removeSecondFactor: (session, proof) => factor.removeSecondFactor(store, session, proof),
    backupCodesLeft: (user) => factor.backupCodesLeft(store, user),
    signInByProvider: (identity, opening) => signInByProvider(store, identity, opening),
    signOut: (session) => signOut(store, session),
    sessionRecord: (session) => sessionRecord(store, session),
    sessions: (user) => listSessions(store, user),
    revokeSession: (user, id, why) => revokeSession(store, user, id, why),
    revokeSessions: (user, why) => revokeSessions(store, user, why),
    hasSessions: () => hasSessions(store),
    user: (id) => findUser(store, id),
    users: () => listUsers(store),
    addUser: (user, asking) => addUser(store, user, asking),
    changeUser: (id, command, asking) => changeUser(store, id, command, asking),
  };
  return accounts;
}
