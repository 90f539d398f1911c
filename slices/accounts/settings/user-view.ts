import { peopleRoles, type PersonRole } from '../../../shared/web/principal.ts';
import { momentView, type MomentView } from '../../document-board/board-row.contract.ts';
import type { ActionView } from '../../failure-admin/action-view.contract.ts';
import type { SessionRecord } from '../session/sessions.ts';
import type { UserRecord } from '../user/users.ts';
import { providerWords, sessionViews } from './account-view.ts';

export const roleWords: Record<PersonRole, string> = {
  viewer: 'Viewer: reads everything',
  operator: 'Operator: reads and uploads',
  admin: 'Administrator: everything',
};

const roleOptions = peopleRoles.map((value) => ({ value, text: roleWords[value] }));

/** A state with the icon and colour of the one that documents have and that means the same. */
function stateOf({ disabled, joined }: Pick<UserRecord, 'disabled' | 'joined'>) {
  if (disabled) return { status: 'cancelled', word: 'Shut out' };
  return joined ? { status: 'completed', word: 'Active' } : { status: 'waiting', word: 'Invited' };
}

/** The page of all people; `sessions`: of each, in the same order. */
export function usersView(
  users: readonly UserRecord[],
  sessions: readonly (readonly SessionRecord[])[],
  now: Date,
) {
  return {
    roles: roleOptions,
    users: users.map((user, index) => {
      const [latest] = sessions[index] ?? [];
      return {
        id: user.id,
        href: `/settings/users/${user.id}`,
        name: user.name,
        email: user.email,
        isLinked: user.issuer !== null,
        role: user.role,
        state: stateOf(user),
        lastUsed: latest ? momentView(latest.lastSeenAt, now) : null,
      };
    }),
  };
}

/** The page of one person, with what may be done now. */
export function userView(of: {
  user: UserRecord;
  sessions: readonly SessionRecord[];
  passwordSetAt: Date | null;
  /** Id of the session that asks. */
  ownSession: string | null;
  now: Date;
}) {
  const { user, now } = of;
  const page = `/settings/users/${user.id}`;
  const facts: { name: string; value?: string; at?: MomentView }[] = [
    { name: 'E-mail address', value: user.email ?? 'none' },
    { name: 'Role', value: user.role },
    of.passwordSetAt
      ? { name: 'Password set', at: momentView(of.passwordSetAt, now) }
      : { name: 'Password set', value: 'never' },
    { name: 'Second factor', value: user.secondFactor ? 'on' : 'off' },
    { name: 'Signs in at', value: user.issuer === null ? 'here' : providerWords(user.issuer) },
    { name: 'Added', at: momentView(user.createdAt, now) },
  ];
  return {
    page,
    name: user.name,
    state: stateOf(user),
    facts,
    actions: actionsFor(user, of.sessions.length, page),
    sessions: sessionViews(of.sessions, of.ownSession, now).map((session) => ({
      ...session,
      end: endSession(page, session.id),
    })),
  };
}

function actionsFor(user: UserRecord, sessions: number, page: string): ActionView[] {
  const base = { choice: null };
  const letIn: ActionView = {
    ...base,
    id: 'act-let-in',
    icon: 'completed',
    label: 'Let in again',
    explains: 'Lets them sign in again, with the password and role they had.',
    href: `${page}/let-in`,
  };
  if (user.disabled) return [letIn];
  const role: ActionView = {
    id: 'act-role',
    icon: 'up',
    label: 'Change role',
    explains: 'Takes effect at once, where they are signed in too.',
    href: `${page}/role`,
    choice: {
      name: 'role',
      label: 'Role',
      options: roleOptions.filter(({ value }) => value !== user.role),
    },
  };
  const link: ActionView = {
    ...base,
    id: 'act-link',
    icon: 'rebuild',
    label: user.joined ? 'Reset password' : 'New invitation',
    explains: user.joined
      ? 'Makes a link for you to hand over: it signs them in once, to set a new password. The old one counts until then.'
      : 'Makes a new link for you to hand over. The one before stops working.',
    href: `${page}/link`,
  };
  const factor: ActionView = {
    ...base,
    id: 'act-second-factor',
    icon: 'close',
    label: 'Reset second factor',
    explains:
      'For who has lost the phone: signing in asks for the password alone, until they set up another.',
    href: `${page}/second-factor/reset`,
  };
  const unlink: ActionView = {
    ...base,
    id: 'act-unlink',
    icon: 'close',
    label: 'Unlink',
    explains:
      'For who has another account at the provider: whoever signs in there next with the e-mail address they have here is linked. Signing in here takes a link.',
    href: `${page}/unlink`,
  };
  const end: ActionView = {
    ...base,
    id: 'act-end-all',
    icon: 'sign-out',
    label: 'Sign out everywhere',
    explains: 'Ends all their sessions. They may sign in again.',
    href: `${page}/sessions/end`,
  };
  const out: ActionView = {
    ...base,
    id: 'act-shut-out',
    icon: 'cancelled',
    label: 'Shut out',
    explains:
      'Ends all their sessions, and lets them in no more. What they did stays in the history.',
    href: `${page}/shut-out`,
  };
  return [
    role,
    link,
    ...(user.secondFactor ? [factor] : []),
    ...(user.issuer === null ? [] : [unlink]),
    ...(sessions > 0 ? [end] : []),
    out,
  ];
}

const endSession = (page: string, id: string): ActionView => ({
  id: `act-end-${id}`,
  icon: 'close',
  label: 'End',
  explains: 'Signs this browser out.',
  href: `${page}/sessions/${id}/end`,
  choice: null,
});

/** A link, told once. */
export function linkView(user: UserRecord, link: string) {
  const title = user.joined ? 'Reset link' : 'Invitation';
  return {
    title,
    way: { href: '/settings/users', name: 'Users' },
    secretTitle: `A link for ${user.name}`,
    secret: link,
    copy: 'Copy the link',
    says: `It is shown here and nowhere else. Hand it over yourself: this server sends no mail. It works once, within ${user.joined ? '24 hours' : '7 days'}, and signs in as ${user.name}, who then sets a password.`,
    next: { href: `/settings/users/${user.id}`, name: `To ${user.name}` },
  };
}
