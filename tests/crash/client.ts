import type { SmallFile } from './small-files.ts';

/** A document as the list tells it; only what the proofs look at. */
export interface ListedDocument {
  id: string;
  fileName: string;
  status: string;
  step: string | null;
  error: { code: string; kind: string; message: string } | null;
  durationMs: number;
}

/** A document as its own page of the API tells it. */
export interface ToldDocument extends ListedDocument {
  pages: number | null;
  kind: string | null;
  title: string | null;
  fields: { name: string; value: string; page: number | null; source: string }[];
}

/** An event as the history of a document tells it. */
export interface HistoryEvent {
  id: string;
  position: number;
  version: number;
  type: string;
  data: Record<string, unknown>;
  metadata: { causation: string | null };
  storedAt: string;
}

/** What an upload was answered with: the ids of its files in order, or a refusal. */
export type UploadAnswer = { ids: string[] } | { refused: number; detail: string };

/** The JSON API of one running server, as a program uses it. Rejects when there is no answer. */
export interface Client {
  upload(files: readonly SmallFile[], key?: string): Promise<UploadAnswer>;
  /** Every document of all pages of the list, newest first. */
  documents(): Promise<ListedDocument[]>;
  document(id: string): Promise<ToldDocument>;
  history(id: string): Promise<HistoryEvent[]>;
  file(id: string): Promise<Buffer>;
  /** null when there is none. */
  text(id: string): Promise<string | null>;
  rebuild(readModel: string): Promise<void>;
  /** Sends JSON; whatever the answer is, its status and JSON. */
  post(path: string, body: object): Promise<{ status: number; json: unknown }>;
}

type Asked = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

export function createClient(url: string, token: string): Client {
  async function ask(path: string, { headers, ...init }: Asked = {}): Promise<Response> {
    const all = { authorization: `Bearer ${token}`, ...headers };
    return fetch(new URL(path, url), { redirect: 'manual', ...init, headers: all });
  }

  async function get(path: string): Promise<Response> {
    const response = await ask(path);
    if (response.ok) return response;
    throw new Error(`GET ${path} was answered ${response.status}: ${await response.text()}`);
  }

  const json = async <T>(path: string) => (await (await get(path)).json()) as T;

  return {
    async upload(files, key) {
      const body = new FormData();
      for (const { name, content } of files)
        body.append('file', new Blob([new Uint8Array(content)]), name);
      const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
      const response = await ask('/api/documents', { method: 'POST', body, headers });
      const answer = await response.text();
      if (response.status !== 202) return { refused: response.status, detail: answer };
      const { documents } = JSON.parse(answer) as { documents: { id: string }[] };
      return { ids: documents.map(({ id }) => id) };
    },
    async documents() {
      const found: ListedDocument[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: { documents: ListedDocument[]; nextCursor: string | null } = await json(
          `/api/documents?limit=50${query}`,
        );
        found.push(...page.documents);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return found;
    },
    document: (id) => json<ToldDocument>(`/api/documents/${id}`),
    async history(id) {
      return (await json<{ events: HistoryEvent[] }>(`/api/documents/${id}/events`)).events;
    },
    async file(id) {
      return Buffer.from(await (await get(`/api/documents/${id}/file`)).arrayBuffer());
    },
    async text(id) {
      const response = await ask(`/api/documents/${id}/text`);
      return response.ok ? response.text() : null;
    },
    async rebuild(readModel) {
      const path = `/system/read-models/${readModel}/rebuild`;
      const { status } = await ask(path, { method: 'POST' });
      if (status !== 303) throw new Error(`POST ${path} was answered ${status}.`);
    },
    async post(path, body) {
      const headers = { 'content-type': 'application/json' };
      const response = await ask(path, { method: 'POST', body: JSON.stringify(body), headers });
      return { status: response.status, json: await response.json() };
    },
  };
}
