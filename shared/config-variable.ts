import { isIP } from 'node:net';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { ConfigError } from './config-error.ts';
import { peopleRoles, type PersonRole } from './web/principal.ts';

/** How one environment variable is documented, read from its text and validated. */
export interface Variable<T> {
  readonly schema: Type.TSchema;
  readonly description: string;
  /** Turns the text into the value that the schema checks; what it cannot read it returns unchanged. */
  readonly read: (text: string) => unknown;
  /** Completes the sentence "X is …, but must be". */
  readonly allowed: string;
  readonly fallback: T;
  /** Never printed. */
  readonly secret?: boolean;
}

interface Documented<T> {
  readonly description: string;
  readonly default: T;
}

type Range = { readonly minimum: number; readonly maximum: number };
type Reading = Pick<Variable<unknown>, 'read' | 'allowed' | 'secret'>;

const group = (value: number) => new Intl.NumberFormat('en').format(value);

/** A whole number; `Default` may be null, where unset has a meaning of its own. */
export function whole<Default extends number | null>(options: Documented<Default> & Range) {
  return variable<number | Default>(Type.Integer({ ...options }), options, {
    read: (text) => (/^\d+$/.test(text) ? Number(text) : text),
    allowed: `a whole number from ${options.minimum} to ${options.maximum}`,
  });
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Bytes, with or without a unit: `1048576`, `1 MiB`, `1.5GiB`, `500kB`. */
export function size(options: Documented<number> & { readonly minimum: number }) {
  const maximum = Number.MAX_SAFE_INTEGER;
  return variable<number>(Type.Integer({ ...options, maximum }), options, {
    read: readSize,
    allowed: `a size of at least ${group(options.minimum)} ${options.minimum === 1 ? 'byte' : 'bytes'}, such as 1048576, 500 MB or 1.5 GiB`,
  });
}

function readSize(text: string): unknown {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?(|[kMG]B|[KMG]iB)$/.exec(text) ?? [];
  const factor = units[unit ?? ''];
  return number === undefined || factor === undefined ? text : Math.floor(Number(number) * factor);
}

export function choice<const Values extends string[]>(
  values: Values,
  options: Documented<Values[number]>,
) {
  return variable<Values[number]>(Type.Enum(values, { ...options }), options, {
    read: (text) => text,
    allowed: `one of ${values.join(', ')}`,
  });
}

export function list<const Values extends string[]>(
  values: Values,
  options: Documented<Values[number][]>,
) {
  return variable<Values[number][]>(
    Type.Array(Type.Enum(values), { ...options, minItems: 1, uniqueItems: true }),
    options,
    { read: split, allowed: `a comma-separated list of ${values.join(', ')}` },
  );
}

export function text<Default extends string | null>(
  options: Documented<Default> & { pattern?: string; minLength?: number },
  reading: { allowed: string; secret?: boolean },
) {
  return variable<string | Default>(Type.String({ minLength: 1, ...options }), options, {
    read: (text) => text,
    ...reading,
  });
}

/**
 * An absolute URL with one of the protocols (`https:`), without query or fragment where `bare`;
 * where `secure`, `http:` leads to this machine only.
 */
export function url(
  options: Documented<null> & { protocols: readonly string[] },
  reading: { allowed: string; secret?: boolean; bare?: boolean; secure?: boolean },
) {
  const matches = (value: string) => {
    const url = URL.parse(value);
    if (url === null || !options.protocols.includes(url.protocol)) return false;
    const suffix = reading.bare === true ? `${url.search}${url.hash}${url.username}` : '';
    const isOpen = reading.secure === true && url.protocol === 'http:' && !isLoopback(url);
    return suffix === '' && !isOpen;
  };
  const schema = Type.Refine(Type.String({ ...options }), matches, () => reading.allowed);
  return variable<string | null>(schema, options, { read: (text) => text, ...reading });
}

const isLoopback = ({ hostname }: URL): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** IP addresses and CIDRs (`10.0.0.0/8`), comma-separated. */
export function networks(options: Documented<string[]>) {
  const network = Type.Refine(Type.String(), isNetwork, () => 'an address or CIDR');
  return variable<string[]>(Type.Array(network, { ...options }), options, {
    read: split,
    allowed: 'a comma-separated list of addresses and CIDRs, such as 10.0.0.0/8, fd00::/8',
  });
}

/** Where a daemon listens, as `net.connect` takes it. */
export type SocketAddress = { path: string } | { host: string; port: number };

/** `HOST:PORT`, `HOST` (then `port`), or the path of a Unix socket. */
export function socketAddress(options: Documented<null>, port: number) {
  const schema = Type.Object({}, { additionalProperties: true });
  return variable<SocketAddress | null>(schema, options, {
    read: (text) => readSocketAddress(text, port) ?? text,
    allowed: `a host with its port, such as 127.0.0.1:${port}, or the path of a socket, such as /run/clamav/clamd.ctl`,
  });
}

function readSocketAddress(text: string, usual: number): SocketAddress | null {
  if (text.startsWith('/')) return { path: text };
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9A-Fa-f:]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits ?? usual);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}

/** Whole numbers, comma-separated. */
export function wholes(options: Documented<number[]> & Range) {
  const { minimum, maximum, ...documented } = options;
  const item = Type.Integer({ minimum, maximum });
  return variable<number[]>(Type.Array(item, documented), documented, {
    read: (text) => split(text).map((item) => (/^\d+$/.test(item) ? Number(item) : item)),
    allowed: `a comma-separated list of whole numbers from ${minimum} to ${maximum}`,
  });
}

/** `off`, `on`, or networks. */
export function proxies(options: Documented<boolean>) {
  const addresses = networks({ ...options, default: [] });
  const words: Readonly<Record<string, boolean>> = { on: true, off: false };
  return variable<boolean | string[]>(
    Type.Union([Type.Boolean(), addresses.schema], { ...options }),
    options,
    { read: (text) => words[text] ?? split(text), allowed: `off, on, or ${addresses.allowed}` },
  );
}

/** Another retry rule for one step, one error code or both (null: any); what is left out is as usual. */
export interface RetryException {
  step: string | null;
  code: string | null;
  retries: number;
  delayMs?: number;
  maxDelayMs?: number;
}

/** `text-extraction/*=5`, `*`/`disk-full=20:10000:600000`, comma-separated. */
export function retryExceptions(options: Documented<RetryException[]>) {
  return variable<RetryException[]>(
    Type.Array(Type.Object({}, { additionalProperties: true }), { ...options }),
    options,
    {
      read: (text) => split(text).map(readRetryException),
      allowed:
        'a comma-separated list of step/code=retries, such as text-extraction/*=5 or */disk-full=20:10000:600000',
    },
  );
}

function readRetryException(text: string): RetryException | string {
  const match =
    /^([a-z0-9-]+|\*)\/([a-z0-9-]+|\*)=(\d{1,2}|100)(?::(\d{1,8}))?(?::(\d{1,8}))?$/.exec(text);
  if (!match) return text;
  const [, step = '*', code = '*', retries, delay, longest] = match;
  return {
    step: step === '*' ? null : step,
    code: code === '*' ? null : code,
    retries: Number(retries),
    ...(delay === undefined ? {} : { delayMs: Number(delay) }),
    ...(longest === undefined ? {} : { maxDelayMs: Number(longest) }),
  };
}

/** The role that a value of a claim gives; null: everybody has it. */
export interface RoleRule {
  value: string | null;
  role: PersonRole;
}

/** `doctrail-admins=admin`, `*=viewer`, comma-separated. */
export function roleRules(options: Documented<RoleRule[]>) {
  const value = Type.Union([Type.String(), Type.Null()]);
  const rule = Type.Object({ value, role: Type.Enum([...peopleRoles]) });
  return variable<RoleRule[]>(Type.Array(rule, { ...options }), options, {
    read: (text) => split(text).map(readRoleRule),
    allowed: `a comma-separated list of value=role, such as doctrail-admins=admin,*=viewer, with the roles ${peopleRoles.join(', ')}`,
  });
}

function readRoleRule(text: string) {
  const [, value, role] = /^(.+)=(\w+)$/.exec(text) ?? [];
  return { value: value === '*' ? null : value, role };
}

function isNetwork(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

function split(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

function variable<T>(
  schema: Type.TSchema,
  { description, default: fallback }: Documented<T>,
  reading: Reading,
): Variable<T> {
  return { schema, description, fallback, ...reading };
}

/**
 * The value of a variable, or its default where it is unset or empty.
 *
 * @throws ConfigError that names the variable, its value (unless secret) and what is allowed.
 */
export function readVariable<T>(name: string, variable: Variable<T>, text = ''): T {
  if (text.trim() === '') return variable.fallback;
  const value = variable.read(text.trim());
  if (Value.Check(variable.schema, value)) return value as T;
  const shown = variable.secret === true ? `${text.length} characters long` : `"${text}"`;
  throw new ConfigError(`${name} is ${shown}, but must be ${variable.allowed}.`);
}
