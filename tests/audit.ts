import { spawnSync } from 'node:child_process';

/**
 * `npm run check:audit`: fails for known weaknesses, high or critical, of what the product is
 * installed with. A registry that gives no such report (or none that can be reached) fails nothing,
 * and is told.
 */
export interface Verdict {
  passed: boolean;
  /** A line for each weakness that counts, or one that says how it stands. */
  says: string;
}

const counts = new Set(['high', 'critical']);

/** `report`: what `npm audit --json` prints, in its format 2, or the error it prints in its place. */
export function verdictOn(report: string): Verdict {
  const { auditReportVersion, vulnerabilities = {}, message } = parse(report);
  if (auditReportVersion !== 2)
    return { passed: true, says: `Not audited, the registry gives no report: ${message}` };
  const all = Object.values(vulnerabilities);
  const bad = all.filter(({ severity }) => counts.has(severity));
  if (bad.length === 0) return { passed: true, says: `Audited: ${all.length} lesser weaknesses.` };
  return { passed: false, says: bad.map(lineOf).join('\n') };
}

interface Report {
  auditReportVersion?: number;
  message?: string;
  vulnerabilities?: Record<string, Weakness>;
}

interface Weakness {
  name: string;
  severity: string;
  range: string;
  /** Advisories, or names of dependencies that have one. */
  via: ({ title: string; url: string } | string)[];
}

function parse(report: string): Report {
  try {
    return JSON.parse(report) as Report;
  } catch {
    return { message: report.trim() || 'npm said nothing' };
  }
}

function lineOf({ name, severity, range, via }: Weakness): string {
  const why = via.map((one) => (typeof one === 'string' ? one : `${one.title} (${one.url})`));
  return `${severity}: ${name} ${range}: ${why.join(', ')}`;
}

if (import.meta.main) {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];
  const { stdout } = spawnSync('npm', args, { encoding: 'utf8' });
  const { passed, says } = verdictOn(stdout);
  console.log(says);
  process.exitCode = passed ? 0 : 1;
}
