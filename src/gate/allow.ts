/**
 * Who may ask the gate: source addresses and networks. Without it, a gate that listens on a network would tell anybody
 * which phone an extension belongs to. Looked at when a connection comes, before a byte of it is read.
 */
import { BlockList, isIP } from 'node:net';

/** This machine alone. */
export const DEFAULT_ALLOW: readonly string[] = ['127.0.0.0/8', '::1'];

/** An entry that is neither an address nor a network. */
export class GateAllowError extends Error {
  override readonly name = 'GateAllowError';
  readonly hint =
    'Write addresses or networks: allow = ["127.0.0.0/8", "192.0.2.10"]. Names are not looked up.';
}

export interface AllowList {
  /** @param address as the socket says it; undefined (the peer is gone already) is not allowed */
  allows(address: string | undefined): boolean;
}

/**
 * @param entries IPv4 or IPv6 addresses, or networks as address/bits
 * @throws {GateAllowError} naming the first entry that is neither
 */
export function allowList(entries: readonly string[]): AllowList {
  const list = new BlockList();
  for (const [position, entry] of entries.entries()) add(list, entry, position);
  return {
    allows: (address) => address !== undefined && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  };
}

function add(list: BlockList, entry: string, position: number): void {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (version === 0 || rest.length > 0 || !(length <= most)) {
    throw new GateAllowError(
      `allow in [gate]: entry ${position + 1} is neither an address nor a network (address/bits).`,
    );
  }
  list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
}
