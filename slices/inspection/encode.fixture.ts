/** A text in an encoding of one or two bytes a character, which this platform can only decode. */
export function encode(text: string, encoding: string): Uint8Array<ArrayBuffer> {
  const bytes = new Map<string, number[]>();
  const known = (sequence: number[]): void => {
    const decoded = new TextDecoder(encoding).decode(Uint8Array.from(sequence));
    if (Array.from(decoded).length === 1 && !bytes.has(decoded)) bytes.set(decoded, sequence);
  };
  for (let first = 0; first < 256; first += 1) known([first]);
  for (let first = 0x81; first < 0xff; first += 1) {
    for (let second = 0x40; second < 0xff; second += 1) known([first, second]);
  }
  return Uint8Array.from(Array.from(text).flatMap((character) => bytes.get(character) ?? []));
}
