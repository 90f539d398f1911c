import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import type { AddressGuard } from './address-guard.ts';
import { ReceiverError } from './receiver-error.ts';

/** All addresses of a name. */
export type Lookup = (hostname: string) => Promise<readonly { readonly address: string }[]>;

export const systemLookup: Lookup = (hostname) => lookup(hostname, { all: true });

/**
 * Lets attempts at the same moment share the look-up of a name. Each takes one of the few threads
 * that also read files, for as long as a dead name server keeps it waiting: one name takes one.
 */
export function sharedLookup(resolve: Lookup): Lookup {
  const underWay = new Map<string, ReturnType<Lookup>>();
  return (hostname) => {
    const shared = underWay.get(hostname);
    if (shared) return shared;
    const started = resolve(hostname).finally(() => underWay.delete(hostname));
    underWay.set(hostname, started);
    return started;
  };
}

/**
 * What a socket that connects asks for addresses, so that those that were checked are those that are
 * connected to: a resolver that answers differently the next time gains nothing. It hands out all
 * (the socket must set `autoSelectFamily`) but the refused ones, and fails with a ReceiverError when
 * none is left. A socket asks for names only: an address in a URL needs a check of its own.
 */
export function guardedLookup(
  guard: AddressGuard,
  resolve: Lookup,
  protocol: string,
): LookupFunction {
  const allowed = async (hostname: string) => {
    const found = (await resolve(hostname)).map(({ address }) => ({
      address,
      family: isIP(address),
      refusal: guard.refusal(address, protocol),
    }));
    const [first] = found;
    if (!first) throw new ReceiverError(`The name ${hostname} has no address. Check the URL.`);
    if (found.every(({ refusal }) => refusal !== null)) {
      throw new ReceiverError(`Not sent to ${hostname}: ${first.refusal}`);
    }
    return found.filter(({ refusal }) => refusal === null);
  };
  return (hostname, _options, callback) => {
    allowed(hostname).then(
      (addresses) => process.nextTick(callback, null, addresses),
      (error: unknown) => process.nextTick(callback, error, []),
    );
  };
}
