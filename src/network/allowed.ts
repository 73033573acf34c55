/**
 * Turns the networks of a decision into one question: may something come from this address? It is asked on the way to a
 * verdict, so it takes no I/O: what a host's name stands for was looked up before.
 */
import { BlockList, isIP } from 'node:net';
import type { NetworkTest } from '../domain/verdict.ts';
import { type Network, PRIVATE, parseNetwork, SPECIAL } from './network.ts';

/** What a host's name stands for; undefined where nobody could tell so far. */
export type AddressesOf = (name: string) => readonly string[] | undefined;

/**
 * @returns undefined where any place will do: nothing is named, or a name was never looked up with success. A factor
 * that cannot be checked is not asked for, since a failure of the DNS must not silence a phone
 */
export function compileNetworks(
  networks: readonly string[],
  addressesOf: AddressesOf,
): NetworkTest | undefined {
  if (networks.length === 0) return undefined;
  const parsed = networks.map(parseNetwork).filter((one) => typeof one !== 'string');
  // What was recovered from AstDB was not checked as what is saved is.
  if (parsed.length === 0) return undefined;
  const allowed = new BlockList();
  for (const network of parsed) {
    if (network.kind === 'range') addRange(allowed, network.ip, network.prefix);
    if (network.kind !== 'name') continue;
    const addresses = addressesOf(network.name);
    if (addresses === undefined) return undefined;
    for (const ip of addresses) addRange(allowed, ip, isIP(ip) === 4 ? 32 : 128);
  }
  const words = parsed.flatMap((network) => (network.kind === 'word' ? [network.word] : []));
  return (text) => {
    const ip = text.replace(/%.*$/, '');
    return has(allowed, ip) || words.some((word) => (word === 'private' ? isPrivate(ip) : isPublic(ip)));
  };
}

/** The hosts' names among them, as they are looked up. */
export function namesIn(networks: readonly string[]): string[] {
  const isName = (one: Network | string) => typeof one !== 'string' && one.kind === 'name';
  return networks
    .map(parseNetwork)
    .filter(isName)
    .map((one) => (one as { readonly name: string }).name);
}

const PRIVATE_LIST = listOf(PRIVATE);
const SPECIAL_LIST = listOf(SPECIAL);

function isPrivate(ip: string): boolean {
  return has(PRIVATE_LIST, ip);
}

function isPublic(ip: string): boolean {
  return isIP(ip) > 0 && !has(PRIVATE_LIST, ip) && !has(SPECIAL_LIST, ip);
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [ip = '', prefix] = range.split('/');
    addRange(list, ip, Number(prefix));
  }
  return list;
}

function addRange(list: BlockList, ip: string, prefix: number): void {
  const version = isIP(ip);
  if (version > 0) list.addSubnet(ip, prefix, version === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv4 address in IPv6 notation is the same address. What is no address is nowhere. */
function has(list: BlockList, ip: string): boolean {
  const version = isIP(ip);
  return version > 0 && list.check(ip, version === 4 ? 'ipv4' : 'ipv6');
}
