import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, HistoryEvent, ToldDocument } from '../crash/client.ts';
import type { CorpusEntry } from './manifest.ts';
import type { Ended } from './outcome.ts';

const LOOK_EVERY_MS = 100;
const END_WITHIN_MS = 900_000;
const ENDS = new Set(['completed', 'failed', 'cancelled']);

/** Hands files over to a server, `atOnce` at a time, and waits for each one's end. */
export async function sendAll(
  client: Client,
  entries: readonly CorpusEntry[],
  { atOnce, onEnd }: { atOnce: number; onEnd: (ended: Ended) => void },
): Promise<void> {
  const left = entries.values();
  const line = async (): Promise<void> => {
    for (const entry of left) onEnd(await send(client, entry));
  };
  await Promise.all(Array.from({ length: atOnce }, line));
}

async function send(client: Client, entry: CorpusEntry): Promise<Ended> {
  const begun = performance.now();
  const content = await readFile(entry.file);
  const answer = await client.upload([{ name: basename(entry.file), content }]);
  const seconds = (): number => (performance.now() - begun) / 1000;
  const nothing = { entry, document: null, refusal: '', text: '', warnings: [], ocrPages: 0 };
  if ('refused' in answer) return { ...nothing, refusal: answer.detail, seconds: seconds() };
  const [id = ''] = answer.ids;
  const document = await untilEnd(client, id);
  const ended = { ...nothing, document, seconds: seconds() };
  const [text, history] = await Promise.all([client.text(id), client.history(id)]);
  const ocrPages = Number(
    history.findLast(({ data }) => 'ocrPages' in data)?.data['ocrPages'] ?? 0,
  );
  return { ...ended, text: text ?? '', warnings: warningsOf(history), ocrPages };
}

/** The document at its end, or as it stands when that does not come. */
async function untilEnd(client: Client, id: string): Promise<ToldDocument> {
  const deadline = performance.now() + END_WITHIN_MS;
  for (;;) {
    const document = await client.document(id);
    if (ENDS.has(document.status) || performance.now() > deadline) return document;
    await pause(LOOK_EVERY_MS);
  }
}

function warningsOf(history: readonly HistoryEvent[]): string[] {
  return history.flatMap(({ data }) => {
    const { warnings } = data;
    return Array.isArray(warnings) ? warnings.map(String) : [];
  });
}
