import { expect, it } from 'vitest';
import { verdictOn } from './audit.ts';

const weakness = (severity: string) => ({
  name: 'left',
  severity,
  range: '<1.2.3',
  via: [{ title: 'It pads too far', url: 'https://advisories.example/1' }, 'right'],
});
const report = (...severities: string[]) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(severities.map((one) => [one, weakness(one)])),
  });

it.each(['high', 'critical'])('a weakness that is %s fails the audit, by name', (severity) => {
  expect(verdictOn(report('low', severity))).toEqual({
    passed: false,
    says: `${severity}: left <1.2.3: It pads too far (https://advisories.example/1), right`,
  });
});

it('lesser weaknesses, and none, pass', () => {
  expect(verdictOn(report('low', 'moderate')).passed).toBe(true);
  expect(verdictOn(report()).says).toBe('Audited: 0 lesser weaknesses.');
});

it.each([
  ['{ "message": "405 Method Not Allowed", "error": { "summary": "" } }', /: 405 Method/],
  ['npm is broken', /: npm is broken/],
  ['', /npm said nothing/],
])('a registry that gives no report (%s) fails nothing, and is told', (said, line) => {
  expect(verdictOn(said)).toMatchObject({ passed: true, says: expect.stringMatching(line) });
});
