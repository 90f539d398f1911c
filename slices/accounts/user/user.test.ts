import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../shared/event.ts';
import {
  IdentityLinked,
  IdentityUnlinked,
  ProfileChanged,
  RoleChanged,
  SecondFactorRemoved,
  SecondFactorSet,
  SignedIn,
  UserAdded,
  UserDisabled,
  UserEnabled,
} from '../events.ts';
import { decide, evolve, type User, type UserCommand } from './user.ts';

const reason = 'They asked for it.';
const name = 'Ada';
const email = 'ada@example.org';
const added = UserAdded({ name, email, role: 'admin' });
const joined = SignedIn({ session: 's', by: 'link', agent: null });
const demoted = RoleChanged({ name, role: 'viewer', reason });
const disabled = UserDisabled({ name, reason });
const enabled = UserEnabled({ name, reason });

const fold = (given: NewEvent[]) => given.reduce<User | null>(evolve, null);

function decided(given: NewEvent[], when: UserCommand, others: number) {
  const user = fold(given);
  if (!user) throw new Error('There is nobody to decide on.');
  const decision = decide(user, when, others);
  return 'refusal' in decision ? decision.refusal : decision.facts.map(({ type }) => type);
}

const issuer = 'https://id.example';
const linked = IdentityLinked({ name, issuer, subject: '7' });
const unlinked = IdentityUnlinked({ name, issuer, reason });

const toViewer: UserCommand = { do: 'change role', role: 'viewer', reason };
const out: UserCommand = { do: 'shut out', reason };
const reset: UserCommand = { do: 'reset second factor', reason };
const unlink: UserCommand = { do: 'unlink', reason };
const letIn: UserCommand = { do: 'let in', reason };

type Story = [string, NewEvent[], UserCommand, others: number, string[]];
const stories: Story[] = [
  ['gets another role', [added], toViewer, 1, ['RoleChanged']],
  ['is shut out', [added, demoted], out, 0, ['UserDisabled']],
  ['is let in again', [added, disabled], letIn, 0, ['UserEnabled']],
  ['is shut out again', [added, disabled, enabled], out, 1, ['UserDisabled']],
  ['is unlinked from a provider', [added, linked], unlink, 0, ['IdentityUnlinked']],
  ['loses the second factor', [added, SecondFactorSet({})], reset, 0, ['SecondFactorRemoved']],
  [
    'changes the name',
    [added],
    { do: 'change profile', name: 'Ada L.', email },
    0,
    ['ProfileChanged'],
  ],
  ['changes nothing into what it is', [added], { do: 'change profile', name, email }, 0, []],
];

const refusals: [string, NewEvent[], UserCommand, others: number, RegExp][] = [
  ['the only administrator becomes something else', [added], toViewer, 0, /only administrator/],
  ['the only administrator is shut out', [added], out, 0, /only administrator/],
  ['the role is that already', [added, demoted], toViewer, 1, /viewer already/],
  ['somebody is shut out already', [added, disabled], out, 1, /shut out already/],
  ['there is no second factor', [added], reset, 0, /no second factor/],
  [
    'the second factor was removed',
    [added, SecondFactorSet({}), SecondFactorRemoved({ name, reason: null })],
    reset,
    0,
    /no second factor/,
  ],
  ['they are linked to no provider', [added], unlink, 0, /linked to no account/],
  ['they were unlinked', [added, linked, unlinked], unlink, 0, /linked to no account/],
  [
    'the second factor went with the link',
    [added, SecondFactorSet({}), linked],
    reset,
    0,
    /no second/,
  ],
  ['somebody is not shut out', [added], letIn, 1, /not shut out/],
];

describe('a person', () => {
  it.each(stories)('%s', (_what, given, when, others, then) => {
    expect(decided(given, when, others)).toEqual(then);
  });

  it.each(refusals)('stays as they are when %s', (_what, given, when, others, sentence) => {
    expect(decided(given, when, others)).toMatch(sentence);
  });

  it('is what the history says', () => {
    const changed = ProfileChanged({ name: 'Ada L.', email: null });
    const history = [added, joined, demoted, disabled, changed, linked, SecondFactorSet({})];
    expect(fold(history)).toEqual({
      name: 'Ada L.',
      email: null,
      role: 'viewer',
      disabled: true,
      joined: true,
      secondFactor: true,
      issuer,
      subject: '7',
    });
  });

  it('whose name was erased is somebody all the same', () => {
    const erased = UserAdded({ name: null, email: null, role: 'viewer' });
    expect(fold([erased])).toMatchObject({ name: '(erased)', role: 'viewer' });
  });
});
