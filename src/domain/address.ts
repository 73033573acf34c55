/** Where a SIP message came from, as Asterisk's socket saw it: never what the message says of itself. */

export type Transport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss' | 'unknown';

export interface SourceAddress {
  readonly transport: Transport;
  /** IPv4 or IPv6 in Asterisk's own spelling, without brackets. */
  readonly ip: string;
  /** 1 to 65535. */
  readonly port: number;
}

const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.%]*)$/i;
const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/** Reads `192.0.2.1:5060` or `[2001:db8::1]:5060`; undefined where it is neither. */
export function parseAddress(text: string, transport: Transport = 'unknown'): SourceAddress | undefined {
  const match = HOST_AND_PORT.exec(text);
  if (match === null) return undefined;
  return makeAddress(match[1] ?? match[2] ?? '', Number(match[3]), transport);
}

/** Reads the address form of Asterisk's security events, `IPV4/UDP/192.0.2.1/5060`; undefined where it is not one. */
export function parseSecurityAddress(text: string): SourceAddress | undefined {
  const parts = text.split('/');
  if (parts.length !== 4) return undefined;
  const [, transport = '', ip = '', port = ''] = parts;
  return makeAddress(ip, Number(port), parseTransport(transport));
}

export function parseTransport(text: string): Transport {
  const lower = text.toLowerCase();
  return lower === 'udp' || lower === 'tcp' || lower === 'tls' || lower === 'ws' || lower === 'wss'
    ? lower
    : 'unknown';
}

export function showAddress(address: SourceAddress): string {
  return address.ip.includes(':') ? `[${address.ip}]:${address.port}` : `${address.ip}:${address.port}`;
}

/** The same IP and port. The transport is not compared: the dialplan cannot always tell it. */
export function sameAddress(a: SourceAddress, b: SourceAddress): boolean {
  return a.port === b.port && a.ip === b.ip;
}

function makeAddress(ip: string, port: number, transport: Transport): SourceAddress | undefined {
  if (!IP.test(ip) || ip.length > 64) return undefined;
  if (!Number.isInteger(port) || port < 1 || port > 65535) return undefined;
  return { transport, ip, port };
}
