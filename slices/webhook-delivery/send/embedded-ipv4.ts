/** The IPv4 addresses that an IPv6 address carries and that a packet to it may end up at. */
export function embeddedIpv4(address: string): string[] {
  const bytes = bytesOf(address);
  const ipv4 = (...places: number[]) => places.map((place) => bytes[place]).join('.');
  const last = ipv4(12, 13, 14, 15);
  const startsWith = (hex: string) => bytes.toString('hex').startsWith(hex);

  // `::` and `::1` have the form of compatible ones, but carry none.
  if (startsWith('00'.repeat(15)) && bytes.readUInt8(15) <= 1) return [];
  // Compatible, mapped, translated, NAT64.
  const before = ['00'.repeat(12), `${'00'.repeat(10)}ffff`, `${'00'.repeat(8)}ffff0000`];
  if ([...before, '0064ff9b0000000000000000'].some(startsWith)) return [last];
  if (startsWith('0064ff9b0001')) return [localNat64(bytes, ipv4) ?? last];
  // 6to4, and Teredo: its server, and its client with all bits turned.
  if (startsWith('2002')) return [ipv4(2, 3, 4, 5)];
  if (startsWith('20010000')) {
    const client = bytes.subarray(12).map((byte) => byte ^ 0xff);
    return [ipv4(4, 5, 6, 7), client.join('.')];
  }
  // ISATAP, RFC 5214: below any prefix, for a public address or a local one.
  return /^0[02]005efe/.test(bytes.toString('hex', 8)) ? [last] : [];
}

/**
 * A network with NAT64 chooses its prefix inside of 64:ff9b:1::/48 (RFC 8215). Where it has 48, 56
 * or 64 bits, the address follows at once, around byte 8, and then zeros (RFC 6052); else it is last.
 */
function localNat64(bytes: Buffer, ipv4: (...places: number[]) => string): string | null {
  const endsAt = (end: number) => bytes.subarray(end).every((byte) => byte === 0);
  if (endsAt(11)) return ipv4(6, 7, 9, 10);
  if (endsAt(12)) return ipv4(7, 9, 10, 11);
  return endsAt(13) ? ipv4(9, 10, 11, 12) : null;
}

/** The IPv4 address that an IPv4-mapped one (`::ffff:10.0.0.1`, in whatever notation) stands for. */
export function mappedIpv4(address: string): string | null {
  const bytes = bytesOf(address);
  const isMapped = bytes.toString('hex', 0, 12) === `${'00'.repeat(10)}ffff`;
  return isMapped ? bytes.subarray(12).join('.') : null;
}

/** The sixteen bytes of an IPv6 address. URL brings every notation into one. */
function bytesOf(address: string): Buffer {
  const [left = '', right = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const hex = (text: string) =>
    text.replace(/[^:]+/g, (group) => group.padStart(4, '0')).replaceAll(':', '');
  const tail = hex(right);
  return Buffer.from(hex(left).padEnd(32 - tail.length, '0') + tail, 'hex');
}
