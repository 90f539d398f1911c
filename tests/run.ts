import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `npm test`: formatting, lint, types, unused code, known weaknesses, then every test. All of it
 * runs whatever fails; the last line counts, each check as one test.
 */
const root = new URL('..', import.meta.url).pathname;
const checks = ['check:format', 'check:lint', 'check:types', 'check:unused', 'check:audit'];

function run(...command: [string, ...string[]]): boolean {
  const [file, ...args] = command;
  return spawnSync(file, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
}

function runTests(filters: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'doctrail-report-'));
  const report = join(folder, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const config = ['--config', 'tests/vitest.config.ts'];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ended = run(process.execPath, vitest, 'run', ...config, ...reporters, ...filters);
  try {
    const counted = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    const failed = Math.max(counted.numFailedTests, ended ? 0 : 1);
    return { passed: counted.numPassedTests, failed, skipped: counted.numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const filters = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const check of filters.length > 0 ? [] : checks) {
  console.log(`\n${check}`);
  if (run('npm', 'run', '--silent', check)) passed += 1;
  else failed += 1;
}
const tests = runTests(filters);
const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
console.log(`\n${passed + tests.passed} passed, ${failed + tests.failed} failed${skipped}`);
process.exitCode = failed + tests.failed > 0 ? 1 : 0;
