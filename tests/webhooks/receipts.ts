import { appendFileSync, fsyncSync, openSync, readFileSync, truncateSync } from 'node:fs';

/** A request as a receiver wrote it down before it answered. */
export interface Receipt {
  /** `webhook-id`. */
  id: string;
  /** Whether it was sent to where a redirect leads, which nothing ever is. */
  astray: boolean;
  /** Whether the public package accepts its signature by the first secret, which still signs beside all newer ones. */
  valid: boolean;
  /** Whether it does so by the newest of several secrets. */
  rotated: boolean;
  /** As base64. */
  body: string;
  /** What it was about to answer; null: nothing that is an answer. */
  status: number | null;
}

/** Exit code of a receiver whose port another one has. */
export const PORT_TAKEN = 48;

/** Opens a file of receipts; each is on the disk when `write` returns, so that no kill loses it. */
export function openReceipts(file: string): { write(receipt: Receipt): void; count(): number } {
  const descriptor = openSync(file, 'a');
  // What a kill cut off was never answered.
  truncateSync(file, readFileSync(file).lastIndexOf('\n') + 1);
  let count = readReceipts(file).length;
  return {
    count: () => count,
    write(receipt) {
      count += 1;
      appendFileSync(descriptor, `${JSON.stringify(receipt)}\n`);
      fsyncSync(descriptor);
    },
  };
}

/** All that were written, in order. */
export function readReceipts(file: string): Receipt[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Receipt);
}

/** What a message's body says. @throws SyntaxError when it is no JSON */
export function contentOf({ body }: Pick<Receipt, 'body'>): { data: { documentId: string } } {
  return JSON.parse(Buffer.from(body, 'base64').toString()) as { data: { documentId: string } };
}
