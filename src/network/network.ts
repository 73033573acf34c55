/**
 * What an operator may name as a place: a range of addresses, one address, a word for many ranges, or a host's name. It
 * reads the text and says what is wrong with it; it looks no name up.
 */
import { isIP } from 'node:net';
import { MAX_NETWORK_TEXT } from '../domain/policy.ts';

export type Network =
  | { readonly kind: 'range'; readonly ip: string; readonly prefix: number }
  | { readonly kind: 'word'; readonly word: NetworkWord }
  | { readonly kind: 'name'; readonly name: string };

/** `private`: where no stranger can be. `public`: everything but private, shared, local and special addresses. */
export type NetworkWord = 'private' | 'public';

/** RFC 1918, unique local and link-local. Not the shared space of carriers (100.64.0.0/10), where strangers are, nor the PBX itself, where a proxy may speak for anybody. */
export const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
] as const;
/** What is not public besides those: this host, loopback, carriers' shared space, multicast and reserved. */
export const SPECIAL = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '100.64.0.0/10',
  '224.0.0.0/3',
  '::/127',
  'ff00::/8',
] as const;

const HOST_NAME =
  /^(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?$/;

/** The network, or in one clause why the text is none. */
export function parseNetwork(text: string): Network | string {
  if (text.length === 0 || text.length > MAX_NETWORK_TEXT)
    return `it has not 1 to ${MAX_NETWORK_TEXT} characters`;
  if (text === 'private' || text === 'public') return { kind: 'word', word: text };
  const [ip = '', length, ...rest] = text.split('/');
  const version = isIP(ip);
  if (length === undefined) {
    if (version > 0) return rangeOf(ip, version === 4 ? 32 : 128, text);
    return HOST_NAME.test(text)
      ? { kind: 'name', name: text.toLowerCase().replace(/\.$/, '') }
      : 'it is neither an address nor a host name';
  }
  if (version === 0 || rest.length > 0) return 'what stands before the / is no address';
  const longest = version === 4 ? 32 : 128;
  const isLength = /^\d{1,3}$/.test(length) && Number(length) <= longest;
  return isLength ? rangeOf(ip, Number(length), text) : `what stands after the / is not 0 to ${longest}`;
}

/** Why this cannot be a network; undefined where it can. */
export function faultOfNetwork(text: string): string | undefined {
  const network = parseNetwork(text);
  return typeof network === 'string' ? network : undefined;
}

function rangeOf(ip: string, prefix: number, text: string): Network | string {
  if (ip.includes('%')) return 'an address with a zone (%) is known on one machine only';
  const bits = bitsOf(ip);
  const isWhole = !bits.slice(prefix).includes('1');
  if (isWhole) return { kind: 'range', ip, prefix };
  return `${text} is an address within a network: write ${ip} for it alone, or ${networkOf(bits, prefix)}`;
}

/** The address as 32 or 128 binary digits. */
function bitsOf(ip: string): string {
  if (isIP(ip) === 4)
    return ip
      .split('.')
      .map((part) => binary(Number(part), 8))
      .join('');
  return groupsOf(ip)
    .map((group) => binary(Number.parseInt(group, 16), 16))
    .join('');
}

/** The eight groups of an IPv6 address without a zone, in hexadecimal. */
export function groupsOf(ip: string): string[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(ip);
  if (dotted !== null) {
    const [, head = '', a, b, c, d] = dotted;
    const pair = (high?: string, low?: string) => (Number(high) * 256 + Number(low)).toString(16);
    return groupsOf(`${head}${pair(a, b)}:${pair(c, d)}`);
  }
  const [left = '', right] = ip.split('::');
  const [before, after] = [left, right ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const [head, tail] = [before ?? [], after ?? []];
  return right === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
}

function networkOf(bits: string, prefix: number): string {
  const kept = bits.slice(0, prefix).padEnd(bits.length, '0');
  const [size, radix, separator] = bits.length === 32 ? [8, 10, '.'] : [16, 16, ':'];
  const parts = kept.match(new RegExp(`.{${size}}`, 'g')) ?? [];
  const text = parts.map((part) => Number.parseInt(part, 2).toString(radix)).join(separator);
  const short = text.replace(/(?:\b0(?::|$))+$/, ':');
  return `${bits.length === 32 ? text : short === ':' ? '::' : short}/${prefix}`;
}

function binary(value: number, digits: number): string {
  return value.toString(2).padStart(digits, '0');
}
