import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import {
  choice,
  list,
  networks,
  proxies,
  readVariable,
  retryExceptions,
  roleRules,
  size,
  socketAddress,
  text,
  url,
  whole,
  wholes,
  type RoleRule,
} from './config-variable.ts';
import { installedOcrLanguages } from './ocr-languages.ts';

export { ConfigError } from './config-error.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

const variables = {
  PORT: whole({
    minimum: 0,
    maximum: 65_535,
    default: 3000,
    description: 'Port to listen on; 0 picks a free one and prints it.',
  }),
  HOST: text(
    {
      pattern: '^[A-Za-z0-9.:_-]+$',
      default: '127.0.0.1',
      description: 'Address to listen on.',
    },
    { allowed: 'an address or a host name, such as 127.0.0.1 or 0.0.0.0' },
  ),
  PUBLIC_URL: url(
    {
      protocols: ['http:', 'https:'],
      default: null,
      description: 'Absolute base of links in answers and webhooks; unset: taken from the request.',
    },
    { allowed: 'an absolute address, such as https://documents.example.org', bare: true },
  ),
  TRUST_PROXY: proxies({
    default: false,
    description:
      'Whose X-Forwarded headers are believed: off, on, or a comma-separated list of addresses and CIDRs.',
  }),
  ROLE: choice(['all', 'web', 'worker'], {
    default: 'all',
    description: 'What this process does; web and worker need DATABASE_URL.',
  }),
  DATA_DIR: text(
    { default: './data', description: 'Folder of the files and of the embedded database.' },
    { allowed: 'a folder' },
  ),
  DATABASE_URL: url(
    {
      protocols: ['postgres:', 'postgresql:'],
      default: null,
      description:
        'PostgreSQL to use, with its extension pg_trgm; unset: an embedded one below DATA_DIR.',
    },
    { allowed: 'an address such as postgres://user:password@host:5432/database', secret: true },
  ),
  SECRET_KEY: text(
    {
      minLength: 32,
      default: null,
      description:
        'Encrypts secrets that are stored; required with DATABASE_URL, otherwise made once in DATA_DIR.',
    },
    { allowed: 'at least 32 random characters', secret: true },
  ),
  OIDC_ISSUER: url(
    {
      protocols: ['http:', 'https:'],
      default: null,
      description: 'OpenID Connect provider that people may sign in at; unset: none.',
    },
    {
      allowed: 'the https address that the provider calls its issuer (http on this machine only)',
      bare: true,
      secure: true,
    },
  ),
  OIDC_CLIENT_ID: text(
    { default: null, description: 'What the provider calls this server.' },
    { allowed: 'a text' },
  ),
  OIDC_CLIENT_SECRET: text(
    { default: null, description: 'Proves it to the provider; unset: a public client.' },
    { allowed: 'a text', secret: true },
  ),
  OIDC_NAME: text(
    { default: 'single sign-on', description: 'What people call the provider.' },
    { allowed: 'a text' },
  ),
  OIDC_SCOPES: text(
    {
      pattern: '(^| )openid( |$)',
      default: 'openid email profile',
      description: 'What the provider is asked to tell, separated by spaces.',
    },
    { allowed: 'scopes separated by spaces, openid among them' },
  ),
  OIDC_ROLE_CLAIM: text(
    {
      default: null,
      description: 'Claim of the provider whose values give roles, such as groups; see above.',
    },
    { allowed: 'the name of a claim' },
  ),
  OIDC_ROLES: roleRules({
    default: [],
    description: 'Which value of it gives which role, comma-separated; unset: as set under Users.',
  }),
  MAX_FILE_BYTES: size({
    minimum: 1,
    default: 2 * GiB,
    description: 'Largest file that is accepted.',
  }),
  MAX_FILES: whole({
    minimum: 1,
    maximum: 1000,
    default: 100,
    description: 'Most files in one upload.',
  }),
  WORKERS: whole({
    minimum: 1,
    maximum: 256,
    default: null,
    description: 'Parser processes; unset: one a core.',
  }),
  OCR_WORKERS: whole({
    minimum: 1,
    maximum: 256,
    default: null,
    description: 'Text-recognition processes; unset: one for every two cores.',
  }),
  OCR_LANGUAGES: list(installedOcrLanguages(), {
    default: ['eng', 'deu'],
    description: 'Languages of text recognition, comma-separated; see below for others.',
  }),
  PARSER_TIMEOUT_MS: whole({
    minimum: 100,
    maximum: 86_400_000,
    default: 120_000,
    description: 'Longest time a parser may take, in milliseconds.',
  }),
  PARSER_CPU_MS: whole({
    minimum: 100,
    maximum: 86_400_000,
    default: 45_000,
    description: 'Most computing time a parser may take, in milliseconds.',
  }),
  PARSER_MEMORY_BYTES: size({
    minimum: 128 * MiB,
    default: GiB,
    description: 'Most memory a parser process may take.',
  }),
  MAX_PAGES: whole({
    minimum: 1,
    maximum: 1_000_000,
    default: 2000,
    description: 'Most pages a document may have.',
  }),
  MAX_PIXELS: whole({
    minimum: 1,
    maximum: 2 ** 31,
    // An A0 sheet scanned at 300 dpi has 140 million.
    default: 150_000_000,
    description: 'Most pixels (width × height) an image may have.',
  }),
  CLAMD_HOST: socketAddress(
    {
      default: null,
      description:
        "Where clamd looks for malware in every file: host:port or its socket's path; unset: nowhere.",
    },
    3310,
  ),
  CLAMD_TIMEOUT_MS: whole({
    minimum: 100,
    maximum: 86_400_000,
    // Its own limit (MaxScanTime) is 120 seconds unless told otherwise.
    default: 130_000,
    description: 'Longest silence of clamd, in milliseconds, before it counts as away.',
  }),
  RETRIES: whole({
    minimum: 0,
    maximum: 100,
    default: 3,
    description: 'How often a step that failed for a passing reason is tried again.',
  }),
  RETRY_DELAY_MS: whole({
    minimum: 1,
    maximum: 86_400_000,
    default: 1_000,
    description: 'Milliseconds before the first retry; doubled for each that follows.',
  }),
  RETRY_MAX_DELAY_MS: whole({
    minimum: 1,
    maximum: 86_400_000,
    default: 60_000,
    description: 'Longest time between two retries, in milliseconds.',
  }),
  RETRY_EXCEPTIONS: retryExceptions({
    default: [],
    description: 'Other retries for a step, an error code or both, comma-separated; see below.',
  }),
  BULK_RETRIES_PER_SECOND: whole({
    minimum: 1,
    maximum: 10_000,
    default: 50,
    description: 'How many a second "retry all" (documents) and "recover" (messages) try again.',
  }),
  WEBHOOK_ALLOWED_NETWORKS: networks({
    default: [],
    description:
      'CIDRs, comma-separated, that webhooks may reach although they are private; http is allowed there.',
  }),
  WEBHOOK_TIMEOUT_MS: whole({
    minimum: 100,
    maximum: 300_000,
    default: 15_000,
    description: 'Longest time one attempt to send a webhook may take, in milliseconds.',
  }),
  WEBHOOK_RETRY_DELAYS: wholes({
    minimum: 0,
    maximum: 604_800,
    default: [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
    description:
      'Seconds before each retry of a webhook, comma-separated; after the last it is given up.',
  }),
  SLA_WARNINGS: wholes({
    minimum: 1,
    maximum: 99,
    default: [50, 75, 90],
    description: 'Percentages of a target at which to warn that it may be missed, comma-separated.',
  }),
  REQUESTS_PER_MINUTE: whole({
    minimum: 1,
    maximum: 100_000_000,
    default: 60_000,
    description:
      'Most requests a minute of one user or token, or of one address where nobody is known.',
  }),
  STREAMS_PER_USER: whole({
    minimum: 1,
    maximum: 1_000_000,
    default: 6_000,
    description: 'Most live pages that one user or token may have open at a time.',
  }),
  RETENTION_DAYS: whole({
    minimum: 1,
    maximum: 36_500,
    default: null,
    description: 'Days after its end at which a document is erased by itself; unset: never.',
  }),
  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'Least severe level that is logged.',
  }),
};

/** Every variable with its default (null: unset) and what it does, for the documentation. */
export const environmentVariables = Object.entries(variables).map(([name, variable]) => ({
  name,
  default: variable.fallback,
  description: variable.description,
}));

/** Everything that can be set from outside, validated; sizes in bytes, times in milliseconds. */
export type Config = ReturnType<typeof loadConfig>;

/**
 * Reads the configuration from environment variables (an empty one counts as unset).
 *
 * @throws ConfigError naming the variable, its value and what is allowed.
 */
export function loadConfig(env: NodeJS.ProcessEnv) {
  const read = <Name extends keyof typeof variables>(name: Name) =>
    readVariable<(typeof variables)[Name]['fallback']>(name, variables[name], env[name]);
  const cores = availableParallelism();
  const clamd = read('CLAMD_HOST');
  const issuer = read('OIDC_ISSUER');
  const roleRules = read('OIDC_ROLES');
  const config = {
    port: read('PORT'),
    host: read('HOST'),
    /** Without a trailing slash; null: taken from the request. */
    publicUrl: read('PUBLIC_URL')?.replace(/\/+$/, '') ?? null,
    trustProxy: read('TRUST_PROXY'),
    role: read('ROLE'),
    dataDir: resolve(read('DATA_DIR')),
    /** null: embedded. */
    databaseUrl: read('DATABASE_URL'),
    /** null: made once in the data folder, see `secretKey()`. */
    secretKey: read('SECRET_KEY'),
    /** null: people prove who they are here only. */
    oidc:
      issuer === null
        ? null
        : {
            issuer,
            clientId: read('OIDC_CLIENT_ID') ?? '',
            /** null: a public client. */
            clientSecret: read('OIDC_CLIENT_SECRET'),
            name: read('OIDC_NAME'),
            scopes: read('OIDC_SCOPES'),
            roleClaim: read('OIDC_ROLE_CLAIM'),
            /** Empty: roles are given here. */
            roleRules,
          },
    maxFileBytes: read('MAX_FILE_BYTES'),
    maxFiles: read('MAX_FILES'),
    workers: read('WORKERS') ?? cores,
    ocrWorkers: read('OCR_WORKERS') ?? Math.max(1, Math.floor(cores / 2)),
    ocrLanguages: read('OCR_LANGUAGES'),
    parserTimeoutMs: read('PARSER_TIMEOUT_MS'),
    parserCpuMs: read('PARSER_CPU_MS'),
    parserMemoryBytes: read('PARSER_MEMORY_BYTES'),
    maxPages: read('MAX_PAGES'),
    maxPixels: read('MAX_PIXELS'),
    /** null: nothing looks for malware. */
    clamd: clamd && { address: clamd, timeoutMs: read('CLAMD_TIMEOUT_MS') },
    /** How often and when a failed step is tried again, times in milliseconds. */
    retries: {
      retries: read('RETRIES'),
      delayMs: read('RETRY_DELAY_MS'),
      maxDelayMs: read('RETRY_MAX_DELAY_MS'),
      exceptions: read('RETRY_EXCEPTIONS'),
    },
    bulkRetriesPerSecond: read('BULK_RETRIES_PER_SECOND'),
    webhookAllowedNetworks: read('WEBHOOK_ALLOWED_NETWORKS'),
    webhookTimeoutMs: read('WEBHOOK_TIMEOUT_MS'),
    webhookRetryDelaysMs: read('WEBHOOK_RETRY_DELAYS').map((seconds) => seconds * 1_000),
    slaWarnings: read('SLA_WARNINGS'),
    requestsPerMinute: read('REQUESTS_PER_MINUTE'),
    streamsPerUser: read('STREAMS_PER_USER'),
    /** null: they are kept. */
    retentionDays: read('RETENTION_DAYS'),
    logLevel: read('LOG_LEVEL'),
  };
  refuseContradictions(config);
  refuseHalfOfOidc(env, roleRules);
  return config;
}

/** What is set → what it is of no use without, and why. */
const oidcNeeds = [
  ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'the provider has to know who asks'],
  ['OIDC_CLIENT_ID', 'OIDC_ISSUER', 'it says which provider is meant'],
  ['OIDC_CLIENT_SECRET', 'OIDC_ISSUER', 'it says which provider is meant'],
  ['OIDC_ROLE_CLAIM', 'OIDC_ROLES', 'it says which value gives which role'],
  ['OIDC_ROLES', 'OIDC_ISSUER', 'it says which provider is meant'],
] as const;

function refuseHalfOfOidc(env: NodeJS.ProcessEnv, rules: readonly RoleRule[]): void {
  const isSet = (name: string) => (env[name] ?? '').trim() !== '';
  const needs = rules.every(({ value }) => value === null)
    ? oidcNeeds
    : [...oidcNeeds, ['OIDC_ROLES', 'OIDC_ROLE_CLAIM', 'it says whose values are meant'] as const];
  for (const [name, needed, why] of needs) {
    if (!isSet(name) || isSet(needed)) continue;
    throw new ConfigError(
      `${name} is set, but ${needed} is not: ${why}. Set ${needed}, or leave ${name} out.`,
    );
  }
}

function refuseContradictions(config: Pick<Config, 'role' | 'databaseUrl' | 'secretKey'>): void {
  if (config.databaseUrl === null && config.role !== 'all') {
    throw new ConfigError(
      `ROLE is "${config.role}", which needs DATABASE_URL: the embedded database belongs to one process. Set DATABASE_URL, or leave ROLE out.`,
    );
  }
  if (config.databaseUrl !== null && config.secretKey === null) {
    throw new ConfigError(
      'SECRET_KEY is not set, but DATABASE_URL is: processes that share a database need the same key. Set SECRET_KEY to at least 32 random characters.',
    );
  }
}
