import { parseArgs } from 'node:util';
import { roles } from '../../../shared/web/principal.ts';
import { UsageError } from '../../../shared/command-line.ts';
import type { NewToken } from './tokens.ts';

const usage = `Usage: npm run -s token -- --role ${roles.join('|')} --name NAME [--days DAYS]`;

/**
 * Reads `--role`, `--name` and, for a token that expires, `--days`.
 *
 * @throws UsageError
 */
export function readArguments(args: string[]): NewToken {
  const { role: wanted, name = '', days } = parse(args);
  const role = roles.find((known) => known === wanted);
  if (!role) {
    const problem = wanted === undefined ? '--role is missing' : `"${wanted}" is not a role`;
    throw new UsageError(`${problem}: it is one of ${roles.join(', ')}. ${usage}`);
  }
  if (name.trim() === '' || name.length > 100) {
    throw new UsageError(`--name has to say in 1 to 100 characters who uses the token. ${usage}`);
  }
  return { role, name: name.trim(), expiresAt: days === undefined ? null : inDays(days) };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { role: text, name: text, days: text } }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : 'Wrong arguments.'} ${usage}`);
  }
}

function inDays(text: string): Date {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 3650) {
    throw new UsageError(
      `--days is "${text}", but must be a whole number from 1 to 3650. ${usage}`,
    );
  }
  return new Date(Date.now() + days * 86_400_000);
}
