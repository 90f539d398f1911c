import { BlockList, isIP } from 'node:net';
import { embeddedIpv4, mappedIpv4 } from './embedded-ipv4.ts';
import { specialIpv4, specialIpv6, type SpecialNetwork } from './special-networks.ts';

/** Says which addresses a webhook may be sent to. */
export interface AddressGuard {
  /** Why an address must not be connected to, as a sentence that says what to do; null when it may be. */
  refusal(address: string, protocol: string): string | null;
}

type Judge = (address: string) => string | null;

const ipv4Word = wordOf(specialIpv4, 'ipv4');
const ipv6Word = wordOf(specialIpv6, 'ipv6');

/**
 * Lets webhooks reach public addresses by https, and those that `allowedNetworks` (addresses and
 * CIDRs) names by http as well. An IPv6 address that carries an IPv4 one is refused unless named, and
 * even then where the IPv4 address is refused; an IPv4-mapped one is named by the IPv4 address, too,
 * since connecting to it connects there.
 */
export function createAddressGuard(allowedNetworks: readonly string[]): AddressGuard {
  const isNamed = namedBy(allowedNetworks);
  const wordFor: Judge = (address) => {
    if (isIP(address) === 4) return isNamed(address) ? null : ipv4Word(address);
    const word = isNamed(address) ? null : ipv6Word(address);
    return word ?? wordInside(address);
  };
  const wordInside: Judge = (address) =>
    embeddedIpv4(address)
      .map(wordFor)
      .find((word) => word !== null) ?? null;
  return {
    refusal(text, protocol) {
      // A link-local address may name its interface: `fe80::1%eth0`.
      const address = text.replace(/%.*$/, '');
      if (isIP(address) === 0) return `"${text}" is no address.`;
      const word = wordFor(address);
      if (word !== null) {
        return `${text} is ${word} address, which webhooks may not reach. Use a public one, or name its network in WEBHOOK_ALLOWED_NETWORKS.`;
      }
      if (protocol === 'https:' || isNamed(address)) return null;
      return `http is not allowed to ${text}. Use https, or name its network in WEBHOOK_ALLOWED_NETWORKS.`;
    },
  };
}

/** One list a family: a BlockList takes IPv4 addresses for members of `::/0`, which nobody means. */
function namedBy(networks: readonly string[]): (address: string) => boolean {
  const ipv4 = new BlockList();
  const ipv6 = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const mapped = isIP(address) === 6 ? mappedIpv4(address) : null;
    const bits = prefix === undefined ? null : Number(prefix);
    if (isIP(address) === 4) ipv4.addSubnet(address, bits ?? 32, 'ipv4');
    else if (mapped !== null && (bits ?? 128) >= 96)
      ipv4.addSubnet(mapped, (bits ?? 128) - 96, 'ipv4');
    else ipv6.addSubnet(address, bits ?? 128, 'ipv6');
  }
  return (address) => {
    if (isIP(address) === 4) return ipv4.check(address, 'ipv4');
    const mapped = mappedIpv4(address);
    return ipv6.check(address, 'ipv6') || (mapped !== null && ipv4.check(mapped, 'ipv4'));
  };
}

/** The word of the first network that an address of the family lies in. */
function wordOf(networks: readonly SpecialNetwork[], family: 'ipv4' | 'ipv6'): Judge {
  const lists = networks.map(([network, word]) => {
    const [address = '', prefix] = network.split('/');
    const list = new BlockList();
    list.addSubnet(address, Number(prefix), family);
    return { list, word };
  });
  return (address) => lists.find(({ list }) => list.check(address, family))?.word ?? null;
}
