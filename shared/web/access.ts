import { admit, askToSignIn, greet, identify, refuseForeignForm } from './authentication.ts';
import { actorOf, type Principal, type Role } from './principal.ts';
import { forbidden } from './problem.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuthenticationOptions } from './authentication.ts';

/** Who may use a route: everybody, or whoever has one of the roles. */
export type Access = 'open' | readonly Role[];

/** `'GET /documents/:id'` → who may use it. HEAD follows GET. */
export type AccessTable = Readonly<Record<string, Access>>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever asks; null on open routes. */
    visitor: Principal | null;
    /** Whoever asks, on a route that is not open; throws on one that is. */
    readonly principal: Principal;
    /** The actor that events of this request carry: `token:<id>` or `user:<id>`. */
    readonly actor: string;
    /** Whether the asker may read what `owner` (an actor) handed in: uploaders only their own. */
    mayRead(owner: string | null): boolean;
    /** Asks again, for a stream that outlives its first check: false once signed out or revoked. */
    isStillAllowed(): Promise<boolean>;
  }
  interface FastifyInstance {
    /** Every registered route, as the access table names it. */
    readonly routeKeys: ReadonlySet<string>;
  }
}

/** Entries of the table that no registered route answers to: each is a mistake. */
export const unusedEntries = (app: FastifyInstance, table: AccessTable): string[] =>
  Object.keys(table).filter((key) => !app.routeKeys.has(key));

interface AccessOptions extends AuthenticationOptions {
  readonly table: AccessTable;
}

/**
 * Enforces the access table. A route that the table does not name stops the start; a request is
 * judged before a byte of its body is read.
 */
export function installAccess(app: FastifyInstance, options: AccessOptions): void {
  const { table } = options;
  const routeKeys = new Set<string>();
  app.decorate('routeKeys', routeKeys);
  app.addHook('onRoute', ({ method, url }) => {
    for (const key of [method].flat().map((name) => keyOf(name, url))) {
      if (!Object.hasOwn(table, key)) throw undeclared(key);
      routeKeys.add(key);
    }
  });
  decorateRequests(app, options);
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return greet(request, options);
    const access = table[keyOf(request.method, request.routeOptions.url ?? '')] ?? [];
    if (access === 'open') return refuseForeignForm(request, options);
    request.visitor = await admit(request, options);
    if (!request.visitor) return askToSignIn(request, reply);
    if (request.visitor.kind === 'session') refuseForeignForm(request, options);
    if (!access.includes(request.visitor.role)) throw wrongRole(request.visitor.role, access);
  });
}

const keyOf = (method: string, url: string): string =>
  `${method === 'HEAD' ? 'GET' : method} ${url}`;

const undeclared = (key: string): Error =>
  new Error(`Nobody declared who may use "${key}": add it to the access table, slices/access.ts.`);

const wrongRole = (role: Role, access: readonly Role[]) =>
  forbidden(`This needs the role ${access.join(' or ')}; yours is ${role}. Ask an administrator.`);

function decorateRequests(app: FastifyInstance, options: AccessOptions): void {
  app.decorateRequest('visitor', null);
  app.decorateRequest('principal', {
    getter(this: FastifyRequest) {
      if (this.visitor) return this.visitor;
      throw new Error(`${this.method} ${this.routeOptions.url} is open: it has no principal.`);
    },
  });
  app.decorateRequest('actor', {
    getter(this: FastifyRequest) {
      return actorOf(this.principal);
    },
  });
  app.decorateRequest('mayRead', function mayRead(this: FastifyRequest, owner: string | null) {
    return this.principal.role !== 'uploader' || owner === this.actor;
  });
  app.decorateRequest('isStillAllowed', async function isStillAllowed(this: FastifyRequest) {
    const access = options.table[keyOf(this.method, this.routeOptions.url ?? '')] ?? [];
    if (access === 'open') return true;
    const visitor = await identify(this, options.authenticator);
    return visitor !== null && access.includes(visitor.role);
  });
}
