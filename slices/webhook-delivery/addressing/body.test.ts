import { describe, expect, it } from 'vitest';
import { documentStream } from '../../../shared/event.ts';
import { NotificationRequested } from '../../notification-rules/events.ts';
import { messageBody, testBody } from './body.ts';

const id = '0190a6c0-0000-7000-8000-000000000001';
const url = `https://documents.example.org/documents/${id}`;
const at = new Date('2026-01-01T01:00:00.000Z');
const data = {
  rule: 'failed-twice',
  type: 'document.failed-twice',
  messageId: 'message',
  step: 'inspection',
  error: { code: 'corrupt', kind: 'transient', message: 'It is damaged.' as string | null },
  occurredAt: '2026-01-01T00:59:59.000Z',
};

function body(changes: { fileName?: string | null; message?: string | null } = {}): Buffer {
  const { fileName = 'a.pdf', message = data.error.message } = changes;
  const event = NotificationRequested({ ...data, error: { ...data.error, message } });
  const metadata = { correlation: id, causation: null, actor: 'system:x', command: 'x' };
  const stored = { ...event, id: 'x', position: 1, version: 1, metadata, storedAt: at };
  return messageBody({ ...stored, stream: documentStream(id) }, { id, fileName, url });
}

describe('the body of a message', () => {
  it('has every member of the contract and no other', () =>
    expect(JSON.parse(body().toString())).toEqual({
      type: 'document.failed-twice',
      timestamp: '2026-01-01T01:00:00.000Z',
      data: {
        documentId: id,
        fileName: 'a.pdf',
        url,
        step: 'inspection',
        error: { code: 'corrupt', kind: 'transient', message: 'It is damaged.' },
        occurredAt: '2026-01-01T00:59:59.000Z',
      },
    }));

  it.each(['x', '😀', '"', '\u0001', '\ud800'])(
    'stays below 20 kB whatever name and error consist of: %j',
    (character) => {
      const bytes = body({ fileName: character.repeat(9_999), message: character.repeat(99_999) });
      expect(bytes.length).toBeLessThan(20_000);
      const { data } = JSON.parse(bytes.toString()) as { data: { fileName: string } };
      if (character.isWellFormed()) expect(data.fileName.isWellFormed()).toBe(true);
    },
  );

  it('says null where words were erased', () =>
    expect(JSON.parse(body({ fileName: null, message: null }).toString())).toMatchObject({
      data: { fileName: null, error: { code: 'corrupt', message: null } },
    }));

  it('of a test names the endpoint', () =>
    expect(JSON.parse(testBody('e', at).toString())).toEqual({
      type: 'test',
      timestamp: at.toISOString(),
      data: { endpointId: 'e', occurredAt: at.toISOString() },
    }));
});
