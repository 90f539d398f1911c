/** What a browser on the board has been told so far. */
export interface BoardStream {
  /** The newest status of each document's row. */
  readonly statuses: ReadonlyMap<string, string>;
  /** How many rows came, and how often the page was told to load anew. */
  readonly rows: number;
  readonly reloads: number;
  close(): void;
}

/** Opens the board's stream from its beginning, as a browser does; resolves when it is open. */
export async function openBoardStream(url: string, token: string): Promise<BoardStream> {
  const closing = new AbortController();
  const response = await fetch(new URL('/documents/stream?after=0', url), {
    headers: { authorization: `Bearer ${token}` },
    signal: closing.signal,
  });
  if (!response.ok || !response.body) throw new Error(`The stream answered ${response.status}.`);
  const statuses = new Map<string, string>();
  const stream = { statuses, rows: 0, reloads: 0, close: () => closing.abort() };

  function take(message: string): void {
    if (/^event: reload$/m.test(message)) stream.reloads += 1;
    const row = /<tr[^>]* id="document-([^"]+)"[^>]* data-status="([^"]+)"/.exec(message);
    if (!row?.[1] || !row[2]) return;
    stream.rows += 1;
    statuses.set(row[1], row[2]);
  }

  async function read(body: NonNullable<Response['body']>): Promise<void> {
    let rest = '';
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      const messages = (rest + text).split('\n\n');
      rest = messages.pop() ?? '';
      messages.forEach(take);
    }
  }

  // Ends by an error when it is closed, or its server is killed.
  read(response.body).catch(() => undefined);
  return stream;
}
