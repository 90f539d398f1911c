import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../shared/event.ts';
import { historyOf } from '../../../shared/steps/step.fixture.ts';
import {
  EndpointAdded,
  EndpointChanged,
  EndpointPaused,
  EndpointRemoved,
  EndpointResumed,
  RecoveryFinished,
  RecoveryRequested,
} from '../events.ts';
import { decideEndpoint, settingsRefusal, type EndpointCommand } from './decide.ts';
import { endpointOf, isRecipient, type EndpointSettings } from './endpoint.ts';

const settings = { url: 'https://example.org/hook', description: 'ERP', rules: ['completed'] };
const added = EndpointAdded(settings);
const reason = 'They asked for it.';
const paused = EndpointPaused({ why: 'requested', reason });
const resumed = EndpointResumed({ reason });
const removed = EndpointRemoved({ reason });
const since = new Date('2026-01-01T00:00:00Z');
const recover = { do: 'recover', since, deliveries: 3, perSecond: 50, reason } as const;
const recovering = RecoveryRequested({
  since: since.toISOString(),
  deliveries: 3,
  perSecond: 50,
  reason,
});
const test: EndpointCommand = { do: 'test', id: 'e', messageId: 'm', type: 'test', body: 'b' };

function decide(given: NewEvent[], when: EndpointCommand) {
  const decision = decideEndpoint(endpointOf(historyOf(...given)), when);
  return 'refusal' in decision ? decision.refusal : decision.facts.map(({ type }) => type);
}

const stories: [what: string, given: NewEvent[], when: EndpointCommand, then: string[]][] = [
  ['is added', [], { do: 'add', settings }, ['EndpointAdded']],
  ['is added once', [added], { do: 'add', settings }, []],
  [
    'is changed',
    [added],
    { do: 'change', settings: { ...settings, rules: ['failed-twice'] } },
    ['EndpointChanged'],
  ],
  ['is not changed to what it is', [added], { do: 'change', settings }, []],
  [
    'is not changed to what it became',
    [added, EndpointChanged({ ...settings, url: 'https://example.org/2' })],
    { do: 'change', settings: { ...settings, url: 'https://example.org/2' } },
    [],
  ],
  [
    'is changed while it is paused',
    [added, paused],
    { do: 'change', settings: { ...settings, description: 'CRM' } },
    ['EndpointChanged'],
  ],
  ['is paused', [added], { do: 'pause', why: 'gone', reason }, ['EndpointPaused']],
  ['is resumed', [added, paused], { do: 'resume', reason }, ['EndpointResumed']],
  [
    'is paused again',
    [added, paused, resumed],
    { do: 'pause', why: 'requested', reason },
    ['EndpointPaused'],
  ],
  ['is removed', [added], { do: 'remove', reason }, ['EndpointRemoved']],
  ['is removed while it is paused', [added, paused], { do: 'remove', reason }, ['EndpointRemoved']],
  [
    'has its secret rotated',
    [added],
    { do: 'rotate', oldExpiresAt: new Date() },
    ['EndpointSecretRotated'],
  ],
  ['is sent a test', [added], test, ['NotificationAddressed']],
  ['is sent again what was given up', [added], recover, ['RecoveryRequested']],
  [
    'is sent again what was given up once more',
    [added, recovering, RecoveryFinished({ recovery: 'r', resent: 3, left: 0 })],
    recover,
    ['RecoveryRequested'],
  ],
];

const refusals: [what: string, given: NewEvent[], when: EndpointCommand, says: RegExp][] = [
  ['paused twice', [added, paused], { do: 'pause', why: 'requested', reason }, /paused already/],
  ['resumed while it is not paused', [added], { do: 'resume', reason }, /not paused/],
  ['sent a test while it is paused', [added, paused], test, /Resume it first/],
  ['recovered while it is paused', [added, paused], recover, /Resume it first/],
  ['recovered twice at a time', [added, recovering], recover, /runs already/],
  ['recovered from nothing', [added], { ...recover, deliveries: 0 }, /Take an earlier time/],
  ['removed twice', [added, removed], { do: 'remove', reason }, /was removed/],
  ['changed after it was removed', [added, removed], { do: 'change', settings }, /was removed/],
  ['resumed after it was removed', [added, paused, removed], { do: 'resume', reason }, /removed/],
];

describe('an endpoint', () => {
  it.each(stories)('%s', (_what, given, when, then) => expect(decide(given, when)).toEqual(then));

  it.each(refusals)('is not %s', (_what, given, when, says) =>
    expect(decide(given, when)).toMatch(says),
  );
});

describe('a message', () => {
  const goes = (given: NewEvent[], rule = 'completed', position = 10) => {
    const endpoint = endpointOf(historyOf(...given));
    return endpoint && isRecipient(endpoint, rule, position);
  };

  it('goes to the endpoints that want its rule, paused ones too', () => {
    expect(goes([added])).toBe(true);
    expect(goes([added, paused])).toBe(true);
    expect(goes([added], 'failed-twice')).toBe(false);
    expect(goes([added, EndpointChanged({ ...settings, rules: ['failed-twice'] })])).toBe(false);
  });

  it('does not go to one that was removed, or added after it was asked for', () => {
    expect(goes([added, removed])).toBe(false);
    expect(goes([added], 'completed', 1)).toBe(false);
  });
});

describe('settings', () => {
  const refusal = (changes: Partial<EndpointSettings>) =>
    settingsRefusal({ ...settings, ...changes }, ['completed', 'failed-twice'], (url) =>
      url.startsWith('https:') ? null : 'Use https.',
    );

  it('are taken when the rules and the URL are known to be good', () =>
    expect(refusal({})).toBeNull());

  it.each([
    [{ rules: ['nonsense'] }, /no rule “nonsense”.*completed, failed-twice/],
    [{ rules: [] }, /at least one of these: completed, failed-twice/],
    [{ url: 'ftp://example.org' }, /Use https/],
  ])('are refused with a sentence: %j', (changes, says) => expect(refusal(changes)).toMatch(says));
});
