import { describe, expect, it } from 'vitest';
import { documentStream, type NewEvent } from '../../shared/event.ts';
import {
  NotificationRequested,
  NotificationSuppressed,
} from '../../slices/notification-rules/events.ts';
import { DocumentCompleted } from '../../slices/pipeline/events.ts';
import {
  NotificationAbandoned,
  NotificationAddressed,
  NotificationAttempted,
  NotificationDelivered,
} from '../../slices/webhook-delivery/events.ts';
import { sha256 } from '../crash/small-files.ts';
import { completed, dry, everything, fold, wash } from '../laundry.ts';
import { flawsOfMessages } from './message-flaws.ts';
import type { Receipt } from './receipts.ts';

const id = '0190a6c0-0000-7000-8000-000000000001';
const url = `https://documents.example.org/documents/${id}`;
const endpoint = 'the endpoint';
const at = new Date('2026-01-01T01:00:00.000Z');
const occurredAt = at.toISOString();
const none = { step: null, error: null };

const bytesOf = (rule: string, extra = {}) =>
  JSON.stringify({
    type: `document.${rule}`,
    timestamp: at.toISOString(),
    data: { documentId: id, fileName: 'shirt.txt', url, ...none, occurredAt, ...extra },
  });
const requested = (rule: string, messageId = rule) =>
  NotificationRequested({ rule, type: `document.${rule}`, messageId, ...none, occurredAt });
const addressed = (rule: string, body = bytesOf(rule)) =>
  NotificationAddressed({
    messageId: rule,
    rule,
    type: `document.${rule}`,
    endpoints: [endpoint],
    body: sha256(Buffer.from(body)),
  });
const about = { messageId: 'completed', endpoint, durationMs: 1, response: null };
const attempted = (attempt: number, status: number | null) =>
  NotificationAttempted({ ...about, attempt, status, error: null, nextTryAt: occurredAt });
const delivered = (attempt: number, status = 200) =>
  NotificationDelivered({ ...about, attempt, status });
const receipt = (status: number | null, changes: Partial<Receipt> = {}): Receipt => ({
  id: 'completed',
  astray: false,
  valid: true,
  rotated: false,
  status,
  body: Buffer.from(bytesOf('completed')).toString('base64'),
  ...changes,
});

function flaws(facts: NewEvent[], receipts: Receipt[]): string[] {
  const history = facts.map((fact, index) => ({
    ...fact,
    data: fact.data as Record<string, unknown>,
    id: `${index}`,
    stream: documentStream(id),
    position: index + 1,
    version: index + 1,
    metadata: { correlation: '', causation: null, actor: '', command: '' },
    storedAt: at,
  }));
  return flawsOfMessages(endpoint, { id, url, history, receipts });
}

const sent = [everything, completed, requested('completed'), addressed('completed')];
const ok = [...sent, delivered(1)];

describe('messages without a flaw', () => {
  it('are one that was accepted at once', () => expect(flaws(ok, [receipt(200)])).toEqual([]));

  it('are one that was refused, repeated and accepted twice', () =>
    expect(
      flaws(
        [...sent, attempted(1, 503), attempted(2, null), delivered(3, 204)],
        [receipt(503), receipt(204), receipt(204)],
      ),
    ).toEqual([]));

  it('are none, where nothing came to pass', () => expect(flaws([everything], [])).toEqual([]));

  it('are none, where three steps failed once each', () =>
    expect(flaws([everything, wash.failed(1), dry.failed(1), fold.failed(1)], [])).toEqual([]));
});

describe('a flaw is', () => {
  it.each<[string, NewEvent[], Receipt[], RegExp]>([
    ['a message that never arrived', ok, [], /never accepted/],
    ['one that was always refused', [...sent, attempted(1, 500)], [receipt(500)], /never accepted/],
    ['one that nobody requested', ok, [receipt(200), receipt(200, { id: 'x' })], /x arrived/],
    ['one that was not requested', [everything, completed], [], /completed held 1 times: 0/],
    ['one that was requested twice', [...ok, requested('completed', 'x')], [receipt(200)], /2 req/],
    [
      'a second completion that was not suppressed',
      [...ok, DocumentCompleted({})],
      [receipt(200)],
      /completed held 2 times/,
    ],
    [
      'a suppression without a cause',
      [...ok, NotificationSuppressed({ rule: 'completed', why: 'sent-before' })],
      [receipt(200)],
      /1 suppressed/,
    ],
    [
      'a second failure that nobody was told',
      [everything, wash.failed(1), wash.failed(2)],
      [],
      /failed-twice held 1 times: 0/,
    ],
    ['one that was delivered twice', [...ok, delivered(2)], [receipt(200)], /Delivered is there 2/],
    ['one that was not delivered', sent, [receipt(200)], /Delivered is there 0/],
    ['one that was addressed twice', [...ok, addressed('completed')], [receipt(200)], /Addressed/],
    [
      'one that was given up',
      [
        ...ok,
        NotificationAbandoned({
          messageId: 'completed',
          endpoint,
          attempts: 1,
          why: 'attempts-spent',
        }),
      ],
      [receipt(200)],
      /given up/,
    ],
    ['an attempt that is missing', [...sent, delivered(2)], [receipt(200)], /attempted as 2/],
    [
      'an answer that was never given',
      [...sent, delivered(1, 204)],
      [receipt(200)],
      /answered 204/,
    ],
    ['a wrong signature', ok, [receipt(200, { valid: false })], /signature/],
    [
      'a redirect that was followed',
      ok,
      [receipt(200), receipt(200, { astray: true })],
      /redirect/,
    ],
    ['bytes that change', ok, [receipt(200), receipt(200, altered(' '))], /in 2 forms/],
    ['bytes that the history does not name', ok, [receipt(200, altered(' '))], /names/],
    [
      'content that the history does not tell',
      [
        ...sent.slice(0, 3),
        addressed('completed', bytesOf('completed', { url: '/' })),
        delivered(1),
      ],
      [receipt(200, { body: Buffer.from(bytesOf('completed', { url: '/' })).toString('base64') })],
      /it says/,
    ],
    [
      'a body that is too large',
      [...sent.slice(0, 3), addressed('completed', large), delivered(1)],
      [receipt(200, { body: Buffer.from(large).toString('base64') })],
      /has 20\d\d\d bytes/,
    ],
  ])('%s', (_what, facts, receipts, told) =>
    expect(flaws(facts, receipts).join('\n')).toMatch(told),
  );

  it('a third id', () => {
    const three = ['a', 'b', 'c'].map((id) => receipt(200, { id }));
    expect(flaws([everything], three)).toContain('3 ids arrived');
  });
});

const large = bytesOf('completed', { step: 'x'.repeat(20_000) });

function altered(more: string): Partial<Receipt> {
  return { body: Buffer.from(bytesOf('completed') + more).toString('base64') };
}
