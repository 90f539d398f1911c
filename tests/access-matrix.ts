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
 * Asks every route of a listening server, which believes X-Forwarded-For, with every credential and
 * compares the answer with the table. Requests are real, so that streams answer too and handlers run where access is granted.
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
    const answers = await Promise.all(credentials.map((each) => ask(address, key, each)));
    for (const [index, { name, role }] of credentials.entries()) {
      const [expected, found] = [expectedOf(table[key] ?? [], role), answers[index]];
      if (found !== expected) wrong.push(`${key} with ${name}: ${found}, not ${expected}`);
    }
  }
  return wrong;
}

type Verdict = 'allowed' | 'unauthorized' | 'forbidden' | 'throttled';

function expectedOf(access: AccessTable[string], role: Role | null): Verdict {
  if (access === 'open') return 'allowed';
  if (role === null) return 'unauthorized';
  return access.includes(role) ? 'allowed' : 'forbidden';
}

let asked = 0;

async function ask(address: string, key: string, { headers }: Credential): Promise<Verdict> {
  asked += 1;
  const [method = '', pattern = ''] = key.split(' ');
  const path = pattern
    .replaceAll(/:\w+/g, '0190a6c0-0000-7000-8000-000000000000')
    .replace('*', 'none');
  const leave = new AbortController();
  const answer = await fetch(`${address}${path}`, {
    method,
    headers: {
      ...headers,
      accept: 'application/json',
      // As one of our own pages would, so that sessions are judged by their role alone.
      origin: address,
      // Each from elsewhere, or so many wrong tokens would be throttled.
      'x-forwarded-for': `10.0.${Math.trunc(asked / 250)}.${asked % 250}`,
    },
    redirect: 'manual',
    signal: leave.signal,
  });
  leave.abort();
  if (answer.status === 401) return 'unauthorized';
  if (answer.status === 429) return 'throttled';
  return answer.status === 403 ? 'forbidden' : 'allowed';
}
