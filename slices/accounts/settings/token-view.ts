import { roles, type Role } from '../../../shared/web/principal.ts';
import { momentView } from '../../document-board/board-row.contract.ts';
import type { ActionView } from '../../failure-admin/action-view.contract.ts';
import type { TokenRecord } from '../token/tokens.ts';
import { roleWords } from './user-view.ts';

const words: Record<Role, string> = {
  uploader: 'Uploader: uploads, and reads what it sent',
  ...roleWords,
};

const lifetimes = [
  { value: '90', text: '90 days' },
  { value: '30', text: '30 days' },
  { value: '365', text: 'A year' },
  { value: '', text: 'Until it is revoked' },
];

/** The page of all tokens, those that work before those that do not any more. */
export function tokensView(tokens: readonly TokenRecord[], now: Date) {
  const rows = tokens.map((token) => tokenView(token, now));
  return {
    roles: roles.map((value) => ({ value, text: words[value] })),
    lifetimes,
    tokens: [...rows.filter(({ revoke }) => revoke), ...rows.filter(({ revoke }) => !revoke)],
  };
}

function tokenView(token: TokenRecord, now: Date) {
  const { id, name, role, prefix, createdAt, lastUsedAt, expiresAt } = token;
  const state = stateOf(token, now);
  const revoke: ActionView = {
    id: `act-revoke-${id}`,
    icon: 'close',
    label: 'Revoke',
    explains: `Whoever uses ${name} gets in no more, at once and for good.`,
    href: `/settings/tokens/${id}/revoke`,
    choice: null,
  };
  return {
    id,
    name,
    role,
    prefix,
    state,
    made: momentView(createdAt, now),
    lastUsed: lastUsedAt && momentView(lastUsedAt, now),
    expires: expiresAt && momentView(expiresAt, now).exact,
    revoke: state.status === 'completed' ? revoke : null,
  };
}

function stateOf({ revokedAt, expiresAt }: TokenRecord, now: Date) {
  if (revokedAt) return { status: 'cancelled', word: 'Revoked' };
  return expiresAt && expiresAt <= now
    ? { status: 'skipped', word: 'Expired' }
    : { status: 'completed', word: 'Works' };
}

/** A token, told once. */
export function tokenToldView(name: string, token: string) {
  return {
    title: 'The token was made',
    way: { href: '/settings/tokens', name: 'API tokens' },
    secretTitle: `The token of ${name}`,
    secret: token,
    copy: 'Copy the token',
    says: 'It is shown here and nowhere else. Send it as "Authorization: Bearer TOKEN"; when it is lost or leaked, revoke it and make another.',
    next: { href: '/settings/tokens', name: 'To the API tokens' },
  };
}
