import { buildServer } from './server.ts';
import { roles } from './principal.ts';
import type { AccessTable } from './access.ts';
import type { Authenticator, Principal, Role } from './principal.ts';
import type { App, Routes, ServerOptions } from './server.ts';

/** Routes that every server registers itself. */
const ownRoutes: AccessTable = {
  'GET /openapi.json': ['viewer'],
  'GET /public/*': 'open',
  'GET /vendor/htmx/*': 'open',
};

const principal = (kind: Principal['kind'], role: Role): Principal => ({
  kind,
  id: `${role}-id`,
  name: role,
  role,
});

/** The name of a role is a token of that role, and a session. */
const authenticator: Authenticator = {
  token: async (text) => findRole(text, 'token'),
  session: async (text) => findRole(text, 'session'),
};

function findRole(text: string, kind: Principal['kind']): Principal | null {
  const role = roles.find((known) => known === text);
  return role ? principal(kind, role) : null;
}

/** A real server for tests of the shell: quiet, without a database, with the routes given. */
export function createTestServer(
  table: AccessTable,
  routes: Routes = () => undefined,
  options: Partial<ServerOptions> = {},
): Promise<App> {
  return buildServer({
    accessTable: { ...ownRoutes, ...table },
    authenticator,
    routes: [routes],
    logLevel: 'silent',
    ...options,
  });
}

/** The header of a token of the role. */
export const bearer = (role: Role) => ({ authorization: `Bearer ${role}` });
