import type { CommandDescription, Slice } from '../../shared/slice.ts';
import type { Config } from '../../shared/config.ts';
import type { Database } from '../../shared/database.ts';
import { secretKey } from '../../shared/secret-key.ts';
import type { Accounts } from './accounts.ts';
import { createAuditQueries } from './audit/queries.ts';
import { auditRoutes, type AuditParts } from './audit/routes.ts';
import * as facts from './events.ts';
import { createOpenIdProvider } from './openid/provider.ts';
import { createCookies } from './session/cookie.ts';
import { sessionRoutes } from './session/routes.ts';
import { settingsRoutes } from './settings/routes.ts';

interface AccountsDependencies extends Omit<AuditParts, 'queries'> {
  accounts: Accounts;
  config: Config;
  database: Database;
}

/** Lets people and programs in, by what they prove, and nobody else. */
export function accountsSlice(dependencies: AccountsDependencies): Slice {
  const { accounts, config, database, catalogue, refusals } = dependencies;
  const queries = createAuditQueries(database, catalogue);
  const cookies = createCookies(config.publicUrl?.startsWith('https:') ?? false);
  const { oidc, publicUrl } = config;
  const signOn = oidc && {
    provider: createOpenIdProvider(oidc, secretKey(config)),
    rules: oidc.roleRules,
    publicUrl,
  };
  return {
    name: 'accounts',
    summary:
      'Lets people in by a link, a password or a provider, and programs by a token, and nobody else.',
    events: [
      facts.UserAdded,
      facts.ProfileChanged,
      facts.RoleChanged,
      facts.UserDisabled,
      facts.UserEnabled,
      facts.SignInLinkMade,
      facts.PasswordSet,
      facts.SecondFactorSet,
      facts.SecondFactorRemoved,
      facts.BackupCodesMade,
      facts.BackupCodeUsed,
      facts.IdentityLinked,
      facts.IdentityUnlinked,
      facts.SignedIn,
      facts.SessionsEnded,
      facts.TokenCreated,
      facts.TokenRevoked,
    ],
    commands,
    screens: [
      {
        name: 'Sign in',
        url: '/sign-in',
        shows: [],
        offers: ['sign in', 'sign in at the provider'],
      },
      {
        name: 'Settings',
        url: '/settings',
        shows: ['history'],
        offers: [
          'change profile',
          'set password',
          'set up second factor',
          'make backup codes',
          'remove second factor',
          'revoke session',
          'sign out',
        ],
      },
      {
        name: 'Users',
        url: '/settings/users',
        shows: ['history'],
        offers: [
          'invite user',
          'make sign-in link',
          'change role',
          'reset second factor',
          'unlink',
          'shut out',
          'let in',
        ],
      },
      {
        name: 'API tokens',
        url: '/settings/tokens',
        shows: ['history'],
        offers: ['make token', 'revoke token'],
      },
      { name: 'Audit', url: '/settings/audit', shows: ['history', 'refusals'] },
    ],
    routes(app) {
      sessionRoutes(app, { accounts, cookies, signOn });
      settingsRoutes(app, accounts, config.publicUrl);
      auditRoutes(app, { ...dependencies, queries });
    },
    stop: () => refusals.flush(),
  };
}

const people = ['viewer', 'operator', 'admin'];
const admin = ['admin'];
const ended = facts.SessionsEnded;
const commands: readonly CommandDescription[] = [
  { name: 'sign in', by: ['anybody'], states: [facts.SignedIn, facts.BackupCodeUsed, ended] },
  {
    name: 'sign in at the provider',
    by: ['anybody'],
    states: [facts.UserAdded, facts.RoleChanged, facts.IdentityLinked, facts.SignedIn, ended],
  },
  { name: 'sign out', by: people, states: [ended] },
  { name: 'change profile', by: people, states: [facts.ProfileChanged] },
  { name: 'set password', by: people, states: [facts.PasswordSet, ended] },
  {
    name: 'set up second factor',
    by: people,
    states: [facts.SecondFactorSet, facts.BackupCodesMade, ended],
  },
  { name: 'make backup codes', by: people, states: [facts.BackupCodesMade] },
  { name: 'remove second factor', by: people, states: [facts.SecondFactorRemoved] },
  { name: 'reset second factor', by: admin, states: [facts.SecondFactorRemoved] },
  { name: 'unlink', by: admin, states: [facts.IdentityUnlinked] },
  { name: 'revoke session', by: people, states: [ended] },
  { name: 'invite user', by: admin, states: [facts.UserAdded] },
  { name: 'make sign-in link', by: admin, states: [facts.SignInLinkMade] },
  { name: 'change role', by: admin, states: [facts.RoleChanged] },
  { name: 'shut out', by: admin, states: [facts.UserDisabled, ended] },
  { name: 'let in', by: admin, states: [facts.UserEnabled] },
  { name: 'make token', by: admin, states: [facts.TokenCreated] },
  { name: 'revoke token', by: admin, states: [facts.TokenRevoked] },
];
