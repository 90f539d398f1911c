import { isIP } from 'node:net';
import { createAddressGuard } from './address-guard.ts';

const LONGEST = 2_000;

/**
 * Why a URL cannot be stored as an endpoint's, as a sentence that says what to do; null when it can.
 * What a name stands for is checked when a message is sent, since it may change at any time.
 */
export function refuseUrl(text: string, allowedNetworks: readonly string[]): string | null {
  if (text.length > LONGEST) {
    return `The URL has ${text.length} characters. Use one of at most ${LONGEST}.`;
  }
  // URL would remove some of these silently.
  // oxlint-disable-next-line no-control-regex
  if (/[\s\u0000-\u001f\u007f]/.test(text)) {
    return 'The URL contains a space or a control character. Remove it, or write it as %20.';
  }
  const url = /^https?:\/\/[^/?#\\]/i.test(text) ? URL.parse(text) : null;
  if (url === null) {
    return 'This is no URL that webhooks can be sent to. Use a whole one, such as https://example.org/hooks.';
  }
  // Also an empty name, which URL would drop.
  if (/^[^/?#]*\/\/[^/?#]*@/.test(text)) {
    return 'The URL contains a user name or password. Leave it out: receivers check the signature instead.';
  }
  if (text.includes('#')) {
    return 'The URL has a fragment, which is never sent. Leave out everything from the # on.';
  }
  const host = hostOf(url);
  if (isIP(host) !== 0) return createAddressGuard(allowedNetworks).refusal(host, url.protocol);
  if (url.protocol === 'https:' || allowedNetworks.length > 0) return null;
  return 'The URL is not encrypted. Use https, or name the network of the receiver in WEBHOOK_ALLOWED_NETWORKS.';
}

/** The name or address in a URL; an IPv6 one without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
