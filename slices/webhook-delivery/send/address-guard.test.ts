import { array, assert, constantFrom, integer, property, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressGuard } from './address-guard.ts';
import { specialIpv4, specialIpv6, type SpecialNetwork } from './special-networks.ts';

const guard = createAddressGuard([]);
const refused = (address: string, allowed: string[] = []) =>
  createAddressGuard(allowed).refusal(address, 'https:');

/** Bits of an address: 8 a part for IPv4, 16 for IPv6. */
const dotted = (bytes: number[]) => bytes.join('.');
const colons = (groups: number[]) => groups.map((group) => group.toString(16)).join(':');

/** What a network fixes, over random parts of `bits` bits each. */
function inside(fixed: number[], prefix: number, bits: number): Arbitrary<number[]> {
  const part = integer({ min: 0, max: 2 ** bits - 1 });
  return array(part, { minLength: fixed.length, maxLength: fixed.length }).map((random) =>
    fixed.map((value, index) => {
      const free = 2 ** Math.max(0, Math.min(bits, bits * (index + 1) - prefix));
      return value + ((random[index] ?? 0) % free);
    }),
  );
}

const ipv4In = ([network]: SpecialNetwork): Arbitrary<number[]> => {
  const [address = '', prefix] = network.split('/');
  return inside(address.split('.').map(Number), Number(prefix), 8);
};

const ipv6In = ([network]: SpecialNetwork): Arbitrary<string> => {
  const [address = '', prefix] = network.split('/');
  const [left = '', right = ''] = address.split('::');
  const read = (text: string) =>
    text === '' ? [] : text.split(':').map((part) => Number(`0x${part}`));
  const [head, tail] = [read(left), read(right)];
  const middle = Array<number>(8 - head.length - tail.length).fill(0);
  return inside([...head, ...middle, ...tail], Number(prefix), 16).map(colons);
};

/** Every IPv6 form of an IPv4 address. */
function formsOf([a = 0, b = 0, c = 0, d = 0]: number[]): Record<string, string> {
  const [high, low] = [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)];
  const turned = [((a << 8) | b) ^ 0xffff, ((c << 8) | d) ^ 0xffff];
  return {
    mapped: `::ffff:${a}.${b}.${c}.${d}`,
    'mapped in hex': `0:0:0:0:0:FFFF:${high}:${low}`,
    compatible: `::${a}.${b}.${c}.${d}`,
    translated: `::ffff:0:${high}:${low}`,
    nat64: `64:ff9b::${a}.${b}.${c}.${d}`,
    'local nat64': `64:ff9b:1::${high}:${low}`,
    '6to4': `2002:${high}:${low}::1`,
    'teredo client': `2001::4136:e378:8000:63bf:${colons(turned)}`,
    'teredo server': `2001:0:${high}:${low}:8000:63bf:f7f7:f7f7`,
    'nat64 behind 48 bits': `64:ff9b:1:${high}:${c.toString(16)}:${(d << 8).toString(16)}::`,
    'nat64 behind 56 bits': `64:ff9b:1:${a.toString(16)}:${b.toString(16)}:${low}::`,
    'nat64 behind 64 bits': `64:ff9b:1::${a.toString(16)}:${((b << 8) | c).toString(16)}:${(d << 8).toString(16)}:0`,
    isatap: `2a00:1450::5efe:${high}:${low}`,
  };
}

describe('an address in a special network', () => {
  it.each(specialIpv4)('of %s is refused as %s one', (...network) => {
    const address = ipv4In(network).map(dotted);
    assert(property(address, (address) => refused(address) !== null));
    const [first = ''] = network[0].split('/');
    expect(refused(first)).toContain(' address, which webhooks may not reach. Use a public one');
  });

  it.each(specialIpv6)('of %s is refused as %s one', (...network) => {
    assert(property(ipv6In(network), (address) => refused(address) !== null));
  });

  it.each(specialIpv4)('of %s is refused in every form of IPv6', (...network) => {
    const form = constantFrom(...Object.keys(formsOf([])));
    assert(
      property(
        ipv4In(network),
        form,
        (bytes, form) => refused(formsOf(bytes)[form] ?? '') !== null,
      ),
    );
  });

  it.each(specialIpv4)('of %s stays refused in IPv6 when all of IPv6 is allowed', (...network) => {
    const everything = createAddressGuard(['::/0']);
    const form = constantFrom(...Object.keys(formsOf([])));
    assert(
      property(ipv4In(network), form, (bytes, form) => {
        // Below ::/96 the first two are the unspecified and the loopback address, which carry none.
        if (form === 'compatible' && bytes.slice(0, 3).every((byte) => byte === 0)) return true;
        return everything.refusal(formsOf(bytes)[form] ?? '', 'https:') !== null;
      }),
    );
    assert(property(ipv4In(network).map(dotted), (a) => everything.refusal(a, 'https:') !== null));
  });

  it.each([
    ['10.1.2.3', 'a private'],
    ['100.64.0.1', 'a carrier-grade NAT'],
    ['127.0.0.1', 'a loopback'],
    ['169.254.169.254', 'a metadata'],
    ['169.254.1.1', 'a link-local'],
    ['192.168.0.1', 'a private'],
    ['0.0.0.0', 'an unspecified'],
    ['224.0.0.1', 'a multicast'],
    ['255.255.255.255', 'a broadcast'],
    ['::', 'an unspecified'],
    ['::1', 'a loopback'],
    ['fe80::1%eth0', 'a link-local'],
    ['fd00:ec2::254', 'a metadata'],
    ['fd12::1', 'a unique-local'],
    ['fec0::1', 'a site-local'],
    ['::ffff:8.8.8.8', 'an IPv4-mapped'],
    ['::8.8.8.8', 'an IPv4-compatible'],
    ['64:ff9b::8.8.8.8', 'a NAT64'],
    ['2002:808:808::1', 'a 6to4'],
    ['2001::1', 'a Teredo'],
    ['2001:db8::1', 'a documentation'],
    ['4000::1', 'a reserved'],
    ['1000::1', 'a reserved'],
    ['2a00:1450::5efe:10.0.0.1', 'a private'],
    ['168.63.129.16', 'a metadata'],
    ['100.127.255.255', 'a carrier-grade NAT'],
    ['172.16.0.0', 'a private'],
    ['172.31.255.255', 'a private'],
    ['192.0.0.8', 'a reserved'],
    ['192.0.2.1', 'a documentation'],
    ['192.31.196.1', 'a reserved'],
    ['192.52.193.1', 'a reserved'],
    ['192.88.99.1', 'a reserved'],
    ['192.175.48.1', 'a reserved'],
    ['198.19.255.255', 'a benchmarking'],
    ['198.51.100.1', 'a documentation'],
    ['203.0.113.255', 'a documentation'],
    ['239.255.255.255', 'a multicast'],
    ['240.0.0.1', 'a reserved'],
    ['::ffff:0:8.8.8.8', 'an IPv4-translated'],
    ['64:ff9b:1:ffff::1', 'a NAT64'],
    ['100::1', 'a discard-only'],
    ['100:0:0:1::1', 'a dummy'],
    ['2001:2::1', 'a benchmarking'],
    ['2001:1ff::1', 'a reserved'],
    ['2620:4f:8000::1', 'a reserved'],
    ['3ffe::1', 'a reserved'],
    ['3fff:fff::1', 'a documentation'],
    ['5f00::1', 'a segment-routing'],
    ['fcff::1', 'a unique-local'],
    ['febf::1', 'a link-local'],
    ['ff02::1', 'a multicast'],
    ['8000::1', 'a reserved'],
  ])('such as %s is called %s one', (address, word) => {
    expect(guard.refusal(address, 'https:')).toBe(
      `${address} is ${word} address, which webhooks may not reach. Use a public one, or name its network in WEBHOOK_ALLOWED_NETWORKS.`,
    );
  });
});

describe('a public address', () => {
  // The neighbours of what is refused.
  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '168.63.129.17',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2001:db7:ffff::1',
    '2003::1',
    '2606:4700::1111',
    '2a00:1450:4001:81b::200e',
    '3ffd::1',
    '2a00:1450::5efe:8.8.8.8',
  ])('such as %s may be reached by https, not by http', (address) => {
    expect(guard.refusal(address, 'https:')).toBeNull();
    expect(guard.refusal(address, 'http:')).toBe(
      `http is not allowed to ${address}. Use https, or name its network in WEBHOOK_ALLOWED_NETWORKS.`,
    );
  });
});

describe('the allow-list', () => {
  it.each([
    ['10.1.2.3', ['10.0.0.0/8']],
    ['10.1.2.3', ['10.1.2.3']],
    ['8.8.8.8', ['8.8.8.0/24']],
    ['10.1.2.3', ['0.0.0.0/0']],
    ['127.0.0.1', ['::ffff:0:0/96']],
    ['fd12::1', ['::/0']],
    ['::1', ['::/0']],
    ['::ffff:10.1.2.3', ['10.0.0.0/8']],
    ['::ffff:a01:203', ['10.0.0.0/8']],
    ['::ffff:10.1.2.3', ['::ffff:10.0.0.0/104']],
    ['::1', ['::1']],
    ['0:0:0:0:0:0:0:1', ['::1/128']],
    ['fd12::1', ['fd00::/8']],
    ['fe80::1%eth0', ['fe80::/10']],
    ['64:ff9b::10.1.2.3', ['64:ff9b::/96', '10.0.0.0/8']],
    ['64:ff9b::8.8.8.8', ['64:ff9b::/96']],
    ['64:ff9b:1::8.8.8.8', ['64:ff9b:1::/48']],
    ['64:ff9b:1:808:8:800::', ['64:ff9b:1::/48']],
    ['64:ff9b:1:ff08:8:808::', ['64:ff9b:1::/48']],
    ['64:ff9b:1:ffff:8:808:800:0', ['64:ff9b:1::/48']],
    ['2002:808:808::1', ['2002::/16']],
    ['2001:0:808:808:8000:63bf:f7f7:f7f7', ['2001::/32']],
  ])('lets %s be reached when it names %j, by http as well', (address, allowed) => {
    const { refusal } = createAddressGuard(allowed);
    expect([refusal(address, 'https:'), refusal(address, 'http:')]).toEqual([null, null]);
  });

  it.each([
    ['10.1.2.3', ['10.1.2.4', '192.168.0.0/16']],
    ['64:ff9b::10.1.2.3', ['10.0.0.0/8']],
    ['64:ff9b::10.1.2.3', ['64:ff9b::/96']],
    ['64:ff9b:1::10.1.2.3', ['64:ff9b:1::/48']],
    ['64:ff9b:1:a01:2:300::', ['64:ff9b:1::/48']],
    ['64:ff9b:1:ff0a:1:203::', ['64:ff9b:1::/48']],
    ['64:ff9b:1:ffff:a:102:300:0', ['64:ff9b:1::/48']],
    ['2002:a01:203::1', ['2002::/16']],
    ['2001:0:a01:203:8000:63bf:f7f7:f7f7', ['2001::/32']],
    ['2001:0:808:808:8000:63bf:f5fe:fdfc', ['2001::/32']],
    ['2a00:1450::200:5efe:a01:203', []],
    ['::ffff:10.1.2.3', ['::/0']],
    ['10.1.2.3', ['::/0']],
    ['::1', ['0.0.0.0/0']],
  ])('lets %s be refused when it names %j only', (address, allowed) =>
    expect(refused(address, allowed)).not.toBeNull(),
  );

  it.each(['', 'nonsense', '1.2.3', '1.2.3.4.5', ':::', '1.2.3.4/8', '[::1]', '%eth0'])(
    'never lets "%s" be reached, which is no address',
    (text) => expect(refused(text, ['0.0.0.0/0', '::/0'])).toBe(`"${text}" is no address.`),
  );
});
