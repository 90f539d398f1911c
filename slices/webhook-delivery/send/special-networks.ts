/**
 * Networks that no public receiver lives in, with the word for each. Sources, read in 2025:
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 * https://www.iana.org/assignments/ipv6-address-space
 * https://www.iana.org/assignments/multicast-addresses
 * The few that the registries call globally reachable (AS112, AMT, anycast) are no receivers either.
 */
export type SpecialNetwork = readonly [network: string, word: string];

export const specialIpv4: readonly SpecialNetwork[] = [
  // Public by its range, but each Azure machine reaches the host's own services there.
  ['168.63.129.16/32', 'a metadata'],
  ['169.254.169.254/32', 'a metadata'],
  ['100.100.100.200/32', 'a metadata'],
  ['192.0.0.192/32', 'a metadata'],
  ['255.255.255.255/32', 'a broadcast'], // RFC 919
  ['0.0.0.0/8', 'an unspecified'], // RFC 791
  ['10.0.0.0/8', 'a private'], // RFC 1918
  ['100.64.0.0/10', 'a carrier-grade NAT'], // RFC 6598
  ['127.0.0.0/8', 'a loopback'], // RFC 1122
  ['169.254.0.0/16', 'a link-local'], // RFC 3927
  ['172.16.0.0/12', 'a private'], // RFC 1918
  ['192.0.0.0/24', 'a reserved'], // RFC 6890
  ['192.0.2.0/24', 'a documentation'], // RFC 5737
  ['192.31.196.0/24', 'a reserved'], // AS112, RFC 7535
  ['192.52.193.0/24', 'a reserved'], // AMT, RFC 7450
  ['192.88.99.0/24', 'a reserved'], // 6to4 relays, RFC 7526
  ['192.168.0.0/16', 'a private'], // RFC 1918
  ['192.175.48.0/24', 'a reserved'], // AS112, RFC 7534
  ['198.18.0.0/15', 'a benchmarking'], // RFC 2544
  ['198.51.100.0/24', 'a documentation'], // RFC 5737
  ['203.0.113.0/24', 'a documentation'], // RFC 5737
  ['224.0.0.0/4', 'a multicast'], // RFC 5771
  ['240.0.0.0/4', 'a reserved'], // RFC 1112
];

export const specialIpv6: readonly SpecialNetwork[] = [
  ['fd00:ec2::/32', 'a metadata'],
  ['fd20:ce::254/128', 'a metadata'],
  ['::/128', 'an unspecified'], // RFC 4291
  ['::1/128', 'a loopback'], // RFC 4291
  ['::ffff:0:0/96', 'an IPv4-mapped'], // RFC 4291
  ['::ffff:0:0:0/96', 'an IPv4-translated'], // RFC 2765
  ['::/96', 'an IPv4-compatible'], // RFC 4291
  ['64:ff9b::/96', 'a NAT64'], // RFC 6052
  ['64:ff9b:1::/48', 'a NAT64'], // RFC 8215
  ['100::/64', 'a discard-only'], // RFC 6666
  ['100:0:0:1::/64', 'a dummy'], // RFC 9780
  ['2001::/32', 'a Teredo'], // RFC 4380
  ['2001:2::/48', 'a benchmarking'], // RFC 5180
  ['2001::/23', 'a reserved'], // RFC 2928; ORCHID, DRIP, AMT, AS112 and anycast lie in it
  ['2001:db8::/32', 'a documentation'], // RFC 3849
  ['2002::/16', 'a 6to4'], // RFC 3056
  ['2620:4f:8000::/48', 'a reserved'], // AS112, RFC 7534
  ['3ffe::/16', 'a reserved'], // the former 6bone, RFC 3701
  ['3fff::/20', 'a documentation'], // RFC 9637
  ['5f00::/16', 'a segment-routing'], // RFC 9602
  ['fc00::/7', 'a unique-local'], // RFC 4193
  ['fe80::/10', 'a link-local'], // RFC 4291
  ['fec0::/10', 'a site-local'], // RFC 3879
  ['ff00::/8', 'a multicast'], // RFC 4291
  // Only 2000::/3 is given out as global unicast: everything around it is refused, known or not.
  ['::/3', 'a reserved'],
  ['4000::/2', 'a reserved'],
  ['8000::/1', 'a reserved'],
];
