/**
 * Turns the networks of a decision into one question: may something come from this address? It is asked on the way to a
 * verdict, so it takes no I/O: what a host's name stands for was looked up before.
 */
import { isIP } from 'node:net';
import type { NetworkTest } from '../domain/verdict.ts';
import { type Network, PRIVATE, parseNetwork, SPECIAL } from './network.ts';
import { Ranges } from './ranges.ts';

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
  const allowed = new Ranges();
  for (const network of parsed) {
    if (network.kind === 'range') allowed.add(network.ip, network.prefix);
    if (network.kind !== 'name') continue;
    const addresses = addressesOf(network.name);
    if (addresses === undefined) return undefined;
    for (const ip of addresses) allowed.add(ip, isIP(ip) === 4 ? 32 : 128);
  }
  const words = parsed.flatMap((network) => (network.kind === 'word' ? [network.word] : []));
  return (text) => {
    const ip = text.replace(/%.*$/, '');
    return allowed.has(ip) || words.some((word) => (word === 'private' ? isPrivate(ip) : isPublic(ip)));
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
  return PRIVATE_LIST.has(ip);
}

function isPublic(ip: string): boolean {
  return isIP(ip) > 0 && !PRIVATE_LIST.has(ip) && !SPECIAL_LIST.has(ip);
}

function listOf(ranges: readonly string[]): Ranges {
  const list = new Ranges();
  for (const range of ranges) {
    const [ip = '', prefix] = range.split('/');
    list.add(ip, Number(prefix));
  }
  return list;
}
