import { momentView, type MomentView } from '../../document-board/board-row.contract.ts';
import { SHORTEST } from '../password/rules.ts';
import type { SessionRecord } from '../session/sessions.ts';
import type { UserRecord } from '../user/users.ts';
import { browserName } from './browser-name.ts';

/** What was done just now, by the form that leads back with it. */
const told = {
  profile: 'Name and e-mail address are saved.',
  password: 'The password is set. All your other sessions were ended.',
  'second-factor': 'The second factor is removed. Signing in asks for the password alone.',
  session: 'The session was ended.',
  sessions: 'All your other sessions were ended.',
};
export type Done = keyof typeof told;
export const dones = Object.keys(told) as Done[];

export interface SessionView {
  id: string;
  /** Such as `Firefox on Linux`. */
  browser: string;
  address: string;
  isOwn: boolean;
  signedIn: MomentView;
  lastUsed: MomentView;
}

export function sessionViews(
  sessions: readonly SessionRecord[],
  ownSession: string | null,
  now: Date,
): SessionView[] {
  return sessions.map(({ id, agent, address, createdAt, lastSeenAt }) => ({
    id,
    browser: browserName(agent),
    address: address ?? 'unknown address',
    isOwn: id === ownSession,
    signedIn: momentView(createdAt, now),
    lastUsed: momentView(lastSeenAt, now),
  }));
}

/** What people recognise a provider by: its address, without how it is reached. */
export const providerWords = (issuer: string): string =>
  issuer.replace(/^https?:\/\//, '').replace(/\/$/, '');

/** The page of somebody's own account. */
export function accountView(of: {
  user: UserRecord;
  sessions: readonly SessionRecord[];
  passwordSetAt: Date | null;
  /** How many backup codes are left. */
  backupCodes: number;
  /** Id of the session that asks. */
  ownSession: string | null;
  /** Whether the present password has to be entered to set another. */
  asksCurrent: boolean;
  done: Done | null;
  now: Date;
}) {
  const { name, email, role, secondFactor, issuer } = of.user;
  return {
    name,
    email: email ?? '',
    role,
    shortest: SHORTEST,
    passwordSet: of.passwordSetAt && momentView(of.passwordSetAt, of.now),
    provider: issuer && providerWords(issuer),
    asksCurrent: of.asksCurrent,
    secondFactor,
    backupCodes: of.backupCodes,
    sessions: sessionViews(of.sessions, of.ownSession, of.now),
    done: of.done && told[of.done],
  };
}
