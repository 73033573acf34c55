/**
 * A set of address ranges. An IPv4 address in IPv6 notation is the same address; a range of IPv6, however wide, takes no
 * other IPv4 address in, as it would by Node's own list.
 */
import { BlockList, isIP } from 'node:net';

export class Ranges {
  readonly #v4 = new BlockList();
  readonly #v6 = new BlockList();

  /** What is no address adds nothing. @param prefix bits: 0 to 32, or 0 to 128 */
  add(ip: string, prefix: number): void {
    const version = isIP(ip);
    if (version === 4) this.#v4.addSubnet(ip, prefix, 'ipv4');
    else if (version === 6 && prefix >= MAPPED_BITS && isMapped(ip)) this.#v4.addSubnet(ip, prefix, 'ipv6');
    else if (version === 6) this.#v6.addSubnet(ip, prefix, 'ipv6');
  }

  /** What is no address is nowhere. */
  has(ip: string): boolean {
    const version = isIP(ip);
    if (version === 0) return false;
    if (version === 4 || isMapped(ip)) return this.#v4.check(ip, version === 4 ? 'ipv4' : 'ipv6');
    return this.#v6.check(ip, 'ipv6');
  }
}

/** IPv4 in IPv6 notation: ::ffff:0:0/96. */
const MAPPED_BITS = 96;
const MAPPED = new BlockList();
MAPPED.addSubnet('::ffff:0:0', MAPPED_BITS, 'ipv6');

function isMapped(ip: string): boolean {
  return MAPPED.check(ip, 'ipv6');
}
