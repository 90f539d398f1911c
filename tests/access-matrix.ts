import { roles } from '../shared/web/principal.ts';
import type { AccessTable } from '../shared/web/access.ts';
import type { Role } from '../shared/web/principal.ts';

/** Something to come in with, and as whom it should count; null: as nobody. */
export interface Credential {
  readonly name: string;
  readonly role: Role | null;
  readonly headers: Readonly<Record<string, string>>;
}

const bearer = (name: string, role: Role | null, token: string): Credential => ({
  name,
  role,
  headers: { authorization: `Bearer ${token}` },
});

const cookie = (name: string, role: Role | null, session: string): Credential => ({
  name,
  role,
  headers: { cookie: `doctrail_session=${session}` },
});

/** What has to be tried: each role, and everything that must not open a door. */
export function credentialsOf(secrets: {
  readonly tokens: Readonly<Record<Role, string>>;
  readonly expired: string;
  readonly revoked: string;
  readonly session: string;
  readonly endedSession: string;
}): Credential[] {
  return [
    ...roles.map((role) => bearer(role, role, secrets.tokens[role])),
    bearer('an expired token', null, secrets.expired),
    bearer('a revoked token', null, secrets.revoked),
    bearer('a token that nobody made', null, `dt_${'x'.repeat(43)}`),
    cookie("the administrator's session", 'admin', secrets.session),
    cookie('a session that ended', null, secrets.endedSession),
    { name: 'nothing', role: null, headers: {} },
  ];
}

/**
 * Asks every route of a listening server with every credential and compares the answer with the
 * table. Requests are real, so that streams answer too and handlers run where access is granted.
 *
 * @returns a line for each door that is open or closed against the table
 */
export async function walkAccess(
  address: string,
  table: AccessTable,
  routeKeys: Iterable<string>,
  credentials: readonly Credential[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const key of routeKeys) {
    for (const credential of credentials) {
      const expected = expectedOf(table[key] ?? [], credential.role);
      const found = await ask(address, key, credential);
      if (found !== expected)
        wrong.push(`${key} with ${credential.name}: ${found}, not ${expected}`);
    }
  }
  return wrong;
}

type Verdict = 'allowed' | 'unauthorized' | 'forbidden';

function expectedOf(access: AccessTable[string], role: Role | null): Verdict {
  if (access === 'open') return 'allowed';
  if (role === null) return 'unauthorized';
  return access.includes(role) ? 'allowed' : 'forbidden';
}

async function ask(address: string, key: string, { headers }: Credential): Promise<Verdict> {
  const [method = '', pattern = ''] = key.split(' ');
  const path = pattern
    .replaceAll(/:\w+/g, '0190a6c0-0000-7000-8000-000000000000')
    .replace('*', 'none');
  const leave = new AbortController();
  const answer = await fetch(`${address}${path}`, {
    method,
    // As one of our own pages would, so that sessions are judged by their role alone.
    headers: { ...headers, accept: 'application/json', origin: address },
    redirect: 'manual',
    signal: leave.signal,
  });
  leave.abort();
  if (answer.status === 401) return 'unauthorized';
  return answer.status === 403 ? 'forbidden' : 'allowed';
}
