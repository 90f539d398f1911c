import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, environmentVariables, loadConfig } from './config.ts';

const key = 'k'.repeat(32);
const databaseUrl = 'postgres://doctrail:secret@db/doctrail';
const oidc = { OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'doctrail' };

test('nothing has to be set', () => {
  expect(loadConfig({})).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    dataDir: resolve('data'),
    databaseUrl: null,
    secretKey: null,
    role: 'all',
    publicUrl: null,
    trustProxy: false,
    maxFileBytes: 2 ** 31,
    maxFiles: 100,
    ocrLanguages: ['eng', 'deu'],
    parserCpuMs: 45_000,
    parserMemoryBytes: 2 ** 30,
    webhookAllowedNetworks: [],
    logLevel: 'info',
  });
  expect(loadConfig({}).ocrWorkers).toBeGreaterThan(0);
});

test.each([
  [{ PORT: '0' }, { port: 0 }],
  [{ PORT: '' }, { port: 3000 }],
  [{ PORT: ' 8080 ' }, { port: 8080 }],
  [{ HOST: '::1' }, { host: '::1' }],
  [{ DATA_DIR: '/var/lib/doctrail/' }, { dataDir: '/var/lib/doctrail' }],
  [{ PUBLIC_URL: 'https://x.example/docs/' }, { publicUrl: 'https://x.example/docs' }],
  [{ CLAMD_HOST: '' }, { clamd: null }],
  [{ CLAMD_HOST: '/run/clamd.ctl' }, { clamd: { address: { path: '/run/clamd.ctl' } } }],
  [{ CLAMD_HOST: 'av:1' }, { clamd: { address: { host: 'av', port: 1 }, timeoutMs: 130_000 } }],
  [{ CLAMD_HOST: '[::1]' }, { clamd: { address: { host: '::1', port: 3310 } } }],
  [{ MAX_FILE_BYTES: '1048576' }, { maxFileBytes: 1_048_576 }],
  [{ MAX_FILE_BYTES: '500 MB' }, { maxFileBytes: 500_000_000 }],
  [{ MAX_FILE_BYTES: '1.5GiB' }, { maxFileBytes: 1.5 * 2 ** 30 }],
  [{ MAX_FILE_BYTES: '3kB' }, { maxFileBytes: 3000 }],
  [{ MAX_FILE_BYTES: '3 KiB' }, { maxFileBytes: 3072 }],
  [{ OCR_LANGUAGES: 'deu' }, { ocrLanguages: ['deu'] }],
  [{ TRUST_PROXY: 'on' }, { trustProxy: true }],
  [{ TRUST_PROXY: 'off' }, { trustProxy: false }],
  [{ TRUST_PROXY: '10.0.0.0/8, ::1' }, { trustProxy: ['10.0.0.0/8', '::1'] }],
  [{ WEBHOOK_ALLOWED_NETWORKS: 'fd00::/8' }, { webhookAllowedNetworks: ['fd00::/8'] }],
  [{ WEBHOOK_TIMEOUT_MS: '500' }, { webhookTimeoutMs: 500 }],
  [{ WEBHOOK_RETRY_DELAYS: '0, 1,60' }, { webhookRetryDelaysMs: [0, 1_000, 60_000] }],
  [
    { RETRIES: '0', RETRY_DELAY_MS: '250', RETRY_MAX_DELAY_MS: '9000' },
    { retries: { retries: 0, delayMs: 250, maxDelayMs: 9_000, exceptions: [] } },
  ],
  [{ OIDC_NAME: 'Acme' }, { oidc: null }],
  [
    { OIDC_ISSUER: 'https://id.example/', OIDC_CLIENT_ID: 'doctrail' },
    {
      oidc: {
        issuer: 'https://id.example/',
        clientId: 'doctrail',
        clientSecret: null,
        name: 'single sign-on',
        scopes: 'openid email profile',
        roleClaim: null,
        roleRules: [],
      },
    },
  ],
  [
    { ...oidc, OIDC_ISSUER: 'http://127.0.0.1:8080/realm', OIDC_ROLES: '*=viewer' },
    {
      oidc: {
        issuer: 'http://127.0.0.1:8080/realm',
        roleRules: [{ value: null, role: 'viewer' }],
      },
    },
  ],
  [
    { ...oidc, OIDC_ROLE_CLAIM: 'groups', OIDC_ROLES: '/ops=operator, a=b=admin' },
    {
      oidc: {
        roleClaim: 'groups',
        roleRules: [
          { value: '/ops', role: 'operator' },
          { value: 'a=b', role: 'admin' },
        ],
      },
    },
  ],
  [
    { DATABASE_URL: databaseUrl, SECRET_KEY: key, ROLE: 'web' },
    { databaseUrl, role: 'web' },
  ],
])('%j is read', (environment, expected) => {
  expect(loadConfig(environment)).toMatchObject(expected);
});

test.each([
  [{ PORT: '65536' }, 'PORT is "65536", but must be a whole number from 0 to 65535.'],
  [{ PORT: '80a' }, 'PORT is "80a", but must be a whole number from 0 to 65535.'],
  [{ PORT: '1.5' }, 'PORT is "1.5", but must be'],
  [{ HOST: 'a b' }, 'HOST is "a b", but must be an address or a host name'],
  [{ MAX_FILE_BYTES: '0' }, 'MAX_FILE_BYTES is "0", but must be a size of at least 1 byte'],
  [{ MAX_FILE_BYTES: '2 gb' }, 'MAX_FILE_BYTES is "2 gb", but must be a size'],
  [{ PUBLIC_URL: 'x.example' }, 'PUBLIC_URL is "x.example", but must be an absolute address'],
  [{ PUBLIC_URL: 'ftp://x' }, 'PUBLIC_URL is "ftp://x", but must be'],
  [{ PUBLIC_URL: 'https://x/?a=b' }, 'PUBLIC_URL is "https://x/?a=b", but must be'],
  [{ ROLE: 'both' }, 'ROLE is "both", but must be one of all, web, worker.'],
  [{ OCR_LANGUAGES: 'eng,fra' }, 'OCR_LANGUAGES is "eng,fra", but must be'],
  [{ TRUST_PROXY: 'yes' }, 'TRUST_PROXY is "yes", but must be off, on, or'],
  [{ WEBHOOK_ALLOWED_NETWORKS: '10.0.0.0/33' }, 'WEBHOOK_ALLOWED_NETWORKS is "10.0.0.0/33"'],
  [{ WEBHOOK_ALLOWED_NETWORKS: '10.0.0' }, 'WEBHOOK_ALLOWED_NETWORKS is "10.0.0"'],
  [{ WEBHOOK_TIMEOUT_MS: '15 s' }, 'WEBHOOK_TIMEOUT_MS is "15 s", but must be a whole number'],
  [{ WEBHOOK_RETRY_DELAYS: '5,,9' }, 'WEBHOOK_RETRY_DELAYS is "5,,9", but must be a comma-separ'],
  [{ WEBHOOK_RETRY_DELAYS: '604801' }, 'must be a comma-separated list of whole numbers from 0 to'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud", but must be one of trace, debug'],
  [{ ROLE: 'worker' }, 'ROLE is "worker", which needs DATABASE_URL'],
  [{ DATABASE_URL: databaseUrl }, 'SECRET_KEY is not set, but DATABASE_URL is'],
  [
    { OIDC_ISSUER: 'http://id.example' },
    'OIDC_ISSUER is "http://id.example", but must be the https',
  ],
  [{ OIDC_ISSUER: 'id.example' }, 'OIDC_ISSUER is "id.example", but must be the https address'],
  [{ OIDC_ISSUER: 'https://id.example' }, 'OIDC_ISSUER is set, but OIDC_CLIENT_ID is not'],
  [{ OIDC_CLIENT_ID: 'doctrail' }, 'OIDC_CLIENT_ID is set, but OIDC_ISSUER is not'],
  [{ OIDC_CLIENT_SECRET: 'x' }, 'OIDC_CLIENT_SECRET is set, but OIDC_ISSUER is not'],
  [{ OIDC_ROLES: '*=viewer' }, 'OIDC_ROLES is set, but OIDC_ISSUER is not'],
  [{ ...oidc, OIDC_ROLES: 'a=admin' }, 'OIDC_ROLES is set, but OIDC_ROLE_CLAIM is not'],
  [{ ...oidc, OIDC_ROLE_CLAIM: 'groups' }, 'OIDC_ROLE_CLAIM is set, but OIDC_ROLES is not'],
  [{ ...oidc, OIDC_SCOPES: 'email' }, 'OIDC_SCOPES is "email", but must be scopes separated by'],
  [{ OIDC_ROLES: 'a=uploader' }, 'OIDC_ROLES is "a=uploader", but must be a comma-separated list'],
  [{ OIDC_ROLES: 'admin' }, 'OIDC_ROLES is "admin", but must be a comma-separated list of value=r'],
  [{ RETRIES: '101' }, 'RETRIES is "101", but must be a whole number from 0 to 100.'],
  [{ RETRY_DELAY_MS: '0' }, 'RETRY_DELAY_MS is "0", but must be a whole number from 1 to'],
  [{ RETRY_MAX_DELAY_MS: '1s' }, 'RETRY_MAX_DELAY_MS is "1s", but must be a whole number from 1'],
])('%j stops the start', (environment, message) => {
  const load = () => loadConfig(environment);
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(message);
});

const exception = { step: null, code: null };

test.each([
  ['text-extraction/*=5', [{ ...exception, step: 'text-extraction', retries: 5 }]],
  ['*/disk-full=0', [{ ...exception, code: 'disk-full', retries: 0 }]],
  ['*/*=100', [{ ...exception, retries: 100 }]],
  ['*/disk-full=20:10000', [{ ...exception, code: 'disk-full', retries: 20, delayMs: 10_000 }]],
  [
    'inspection/parser-crashed=1:0:600000',
    [{ step: 'inspection', code: 'parser-crashed', retries: 1, delayMs: 0, maxDelayMs: 600_000 }],
  ],
  [
    ' inspection/*=1 , */x=2 ',
    [
      { ...exception, step: 'inspection', retries: 1 },
      { ...exception, code: 'x', retries: 2 },
    ],
  ],
  ['', []],
])('RETRY_EXCEPTIONS of "%s" are read', (text, exceptions) => {
  expect(loadConfig({ RETRY_EXCEPTIONS: text }).retries.exceptions).toEqual(exceptions);
});

test.each([
  ['no number of retries', 'text-extraction/*'],
  ['no step', 'disk-full=3'],
  ['an empty step', '/disk-full=3'],
  ['an empty code', 'inspection/=3'],
  ['a name in capitals', 'Inspection/*=3'],
  ['a star within a name', 'text-*/disk-full=3'],
  ['a third name', 'a/b/c=3'],
  ['a number that is none', '*/*=many'],
  ['a number below zero', '*/*=-1'],
  ['a number with a fraction', '*/*=1.5'],
  ['more retries than there can be', '*/*=1000'],
  ['a delay that is none', '*/*=3:1s'],
  ['an empty delay', '*/*=3:'],
  ['a delay of months', '*/*=3:999999999'],
  ['a third delay', '*/*=3:1:2:3'],
  ['a comma at the end', '*/*=3,'],
  ['one bad exception beside a good one', '*/*=3, oops'],
])('RETRY_EXCEPTIONS with %s stop the start', (_what, text) => {
  const load = () => loadConfig({ RETRY_EXCEPTIONS: text });
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(
    `RETRY_EXCEPTIONS is "${text}", but must be a comma-separated list of step/code=retries, such as text-extraction/*=5 or */disk-full=20:10000:600000.`,
  );
});

test('secrets are not shown', () => {
  expect(() => loadConfig({ SECRET_KEY: 'short' })).toThrow(
    'SECRET_KEY is 5 characters long, but must be at least 32 random characters.',
  );
  expect(() => loadConfig({ DATABASE_URL: 'mysql://u:secret@db/x' })).toThrow(
    /^DATABASE_URL is 21 characters long, but must be an address such as postgres:/,
  );
});

test('every variable is described', () => {
  expect(environmentVariables.map(({ name }) => name)).toContain('PARSER_TIMEOUT_MS');
  for (const { description } of environmentVariables) expect(description).toMatch(/^[A-Z].*\.$/);
});
