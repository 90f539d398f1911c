import { createSignal } from '../signal.ts';

export interface Message {
  event: string;
  data: string;
  id: string | null;
}

/** A browser's end of an event stream, as far as tests look at it. */
export interface TestReader {
  readonly status: number;
  /** Everything that was read so far. */
  readonly messages: readonly Message[];
  /** What a browser would send as Last-Event-ID. */
  readonly lastId: string | null;
  /** Resolves when the stream is over, whoever ended it. */
  readonly ended: Promise<void>;
  /** Waits until the messages say so; throws when the stream ends before. */
  until(enough: (messages: readonly Message[]) => boolean): Promise<readonly Message[]>;
  /** Reads on, where it was opened `paused`. */
  resume(): void;
  /** Cuts the connection. */
  leave(): void;
}

/** Opens a stream and reads it; `paused` reads nothing but the head of the answer. */
export async function readEvents(
  url: string,
  { headers = {}, paused = false }: { headers?: Record<string, string>; paused?: boolean } = {},
): Promise<TestReader> {
  const leaving = new AbortController();
  const answer = await fetch(url, { headers, signal: leaving.signal });
  const messages: Message[] = [];
  const changed = createSignal();
  const resumed = createSignal();
  let lastId: string | null = null;
  let over = false;

  async function read(): Promise<void> {
    while (paused) await resumed.wait(60_000);
    let buffer = '';
    const decoder = new TextDecoder();
    for await (const bytes of answer.body ?? []) {
      const parts = (buffer + decoder.decode(bytes, { stream: true })).split('\n\n');
      buffer = parts.pop() ?? '';
      for (const part of parts) {
        const message = parse(part);
        messages.push(message);
        lastId = message.id ?? lastId;
      }
      changed.wake();
    }
  }

  function resume(): void {
    paused = false;
    resumed.wake();
  }

  const ended = read()
    .catch(() => undefined)
    .finally(() => {
      over = true;
      changed.wake();
    });

  return {
    status: answer.status,
    messages,
    get lastId() {
      return lastId;
    },
    ended,
    async until(enough) {
      while (!enough(messages)) {
        if (over) throw new Error(`The stream ended after ${messages.length} messages.`);
        await changed.wait(60_000);
      }
      return messages;
    },
    resume,
    leave() {
      leaving.abort();
      resume();
    },
  };
}

function parse(text: string): Message {
  const lines = text.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line) ?? ['', '', '']);
  const values = (field: string) => lines.filter(([, name]) => name === field).map(([, , v]) => v);
  return {
    event: values('event').at(-1) ?? 'message',
    data: values('data').join('\n'),
    id: values('id').at(-1) ?? null,
  };
}
