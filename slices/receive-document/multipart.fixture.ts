/** A part of a hand-written body: its header lines, and its content. */
export interface RawPart {
  headers: string[];
  content?: string;
}

export const boundary = 'a-boundary-of-the-test';

/** The content type that goes with `rawBody`. */
export const rawType = { 'content-type': `multipart/form-data; boundary=${boundary}` };

/** A part `file` as a browser sends it; `disposition` replaces what follows `form-data`. */
export function rawFile(
  content: string,
  disposition = 'name="file"; filename="note.txt"',
  type = 'text/plain',
): RawPart {
  return {
    headers: [`Content-Disposition: form-data; ${disposition}`, `Content-Type: ${type}`],
    content,
  };
}

export function rawField(name: string, value: string, ...headers: string[]): RawPart {
  return {
    headers: [`Content-Disposition: form-data; name="${name}"`, ...headers],
    content: value,
  };
}

/** A whole multipart body, byte by byte as it goes over the wire. */
export function rawBody(...parts: RawPart[]): string {
  const texts = parts.map(
    ({ headers, content = '' }) => `--${boundary}\r\n${headers.join('\r\n')}\r\n\r\n${content}\r\n`,
  );
  return `${texts.join('')}--${boundary}--\r\n`;
}
