import { describe, expect, it } from 'vitest';
import type { RoleRule } from '../../../shared/config-variable.ts';
import { decideEntry, identityOf, roleFrom, type Entry } from './entry.ts';

type Person = Parameters<typeof decideEntry>[1][number];

const email = 'a@x.org';

const addresses: [string, object, string | null][] = [
  ['one that it has verified', { email, email_verified: true }, email],
  ['one that it has verified, in a text', { email, email_verified: 'true' }, email],
  ['none where it has not', { email, email_verified: false }, null],
  ['none where it does not say', { email }, null],
  ['none where it tells none', { email_verified: true }, null],
  ['none where it tells another thing', { email: [email], email_verified: true }, null],
];

const names: [string, object, string][] = [
  ['the name', { name: ' Ada ', preferred_username: 'al', email }, 'Ada'],
  ['the login where there is none', { name: '', preferred_username: 'al', email }, 'al'],
  ['the address where there is neither', { email }, email],
  ['the subject where there is nothing', {}, '7'],
  ['no more than fits', { name: 'x'.repeat(200) }, 'x'.repeat(100)],
];

const groups: [string, object, string[]][] = [
  ['all of a list that are text', { groups: ['ops', 7, 'admins'] }, ['ops', 'admins']],
  ['a text', { groups: 'ops' }, ['ops']],
  ['none of anything else', { groups: { ops: true } }, []],
  ['none without the claim', {}, []],
];

describe('what a provider says of somebody', () => {
  const told = (claims: object) => identityOf({ iss: '', sub: '7', ...claims }, 'groups');

  it.each(addresses)('is an e-mail address: %s', (_what, claims, email) => {
    expect(told(claims).email).toBe(email);
  });

  it.each(names)('is a name: %s', (_what, claims, name) => {
    expect(told(claims).name).toBe(name);
  });

  it.each(groups)('is values that give roles: %s', (_what, claims, values) => {
    expect(told(claims).values).toEqual(values);
  });
});

const rules: RoleRule[] = [
  { value: 'ops', role: 'operator' },
  { value: 'admins', role: 'admin' },
];
const forAll: RoleRule[] = [...rules, { value: null, role: 'viewer' }];

const roles: [string, string[], RoleRule[], string | null][] = [
  ['the one that a value gives', ['ops'], rules, 'operator'],
  ['the highest of several', ['ops', 'admins'], rules, 'admin'],
  ['none for other values', ['Ops'], rules, null],
  ['that of everybody for other values', [], forAll, 'viewer'],
  ['more than that of everybody', ['ops'], forAll, 'operator'],
  ['none without rules', ['admins'], [], null],
];

describe('the role of a person at the provider', () => {
  it.each(roles)('is %s', (_what, values, rules, role) => {
    expect(roleFrom(values, rules)).toBe(role);
  });
});

const issuer = 'https://id.example';
const someone = { issuer, subject: '7', name: '', email, values: [] };
const invited: Person = { id: 'ada', role: 'viewer', disabled: false, issuer: null, subject: null };
const linked: Person = { ...invited, issuer, subject: '7' };
const taken: Person = { ...linked, subject: '8' };
const moved: Person = { ...linked, issuer: 'https://old.example' };
const namesake: Person = { ...invited, id: 'eve', disabled: true };

const out = (person: Person): Person => ({ ...person, disabled: true });

const enters = { user: 'ada', links: false, role: null };
const isLinked = { ...enters, links: true };
const refused = { user: 'ada' };
const nobody = { user: null };

const givenHere: [string, Person[], string | null, Entry][] = [
  ['whoever was linked comes in', [linked], null, enters],
  ['whoever else has their address now', [namesake, linked], email, enters],
  ['whoever has a verified address of here is linked', [invited], email, isLinked],
  ['also when it was linked to another provider', [moved], email, isLinked],
  ['nobody else does', [], email, { ...nobody, refusal: 'no-account' }],
  ['nobody is known by no address', [], null, { ...nobody, refusal: 'unverified-email' }],
  ['an account has one identity', [taken], email, { ...refused, refusal: 'linked-elsewhere' }],
  ['whoever is shut out stays out', [out(linked)], email, { ...refused, refusal: 'shut-out' }],
  ['also before being linked', [out(invited)], email, { ...refused, refusal: 'shut-out' }],
];

const givenThere: [string, Person[], string[], Entry][] = [
  ['whoever is new is added', [], ['ops'], { ...nobody, links: true, role: 'operator' }],
  ['unless they have none', [], [], { ...nobody, refusal: 'no-role' }],
  ['whoever was linked follows theirs', [linked], ['ops'], { ...enters, role: 'operator' }],
  ['whoever is linked now does, too', [invited], ['admins'], { ...isLinked, role: 'admin' }],
  ['whoever has none any more stays out', [linked], [], { ...refused, refusal: 'no-role' }],
  ['an account has one identity', [taken], ['ops'], { ...refused, refusal: 'linked-elsewhere' }],
  ['whoever is shut out stays out', [out(linked)], ['ops'], { ...refused, refusal: 'shut-out' }],
];

describe('signing in at the provider', () => {
  it.each(givenHere)('where roles are given here: %s', (_what, people, email, then) => {
    expect(decideEntry({ ...someone, email, values: ['admins'] }, people, [])).toEqual(then);
  });

  it.each(givenThere)('where the provider gives roles: %s', (_what, people, values, then) => {
    expect(decideEntry({ ...someone, values }, people, rules)).toEqual(then);
  });

  it('changes no role into what it is', () => {
    expect(decideEntry(someone, [linked], forAll)).toEqual(enters);
  });
});
