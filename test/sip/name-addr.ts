/**
 * The value of From, To, Contact and Refer-To: a URI with an optional display name and parameters of the header
 * (RFC 3261, section 20.10). Of a list only the first is read. Never looks inside the URI.
 */
import { trimBlanks } from './blanks.ts';
import { parseParameters, splitUnquoted, unquote } from './quoted.ts';

export interface NameAddr {
  readonly display: string;
  readonly uri: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** @param text one character a byte; undefined where it holds no URI or an unclosed bracket */
export function parseNameAddr(text: string): NameAddr | undefined {
  const [address = '', ...rest] = splitUnquoted(splitUnquoted(text, ',')[0] ?? '', ';');
  const parameters = parseParameters(rest);
  const open = bracketOf(address);
  if (open < 0) {
    // "If the URI is not enclosed in angle brackets, any semicolon-delimited parameters are header-parameters."
    const uri = trimBlanks(address);
    return isUri(uri) ? { display: '', uri, parameters } : undefined;
  }
  const close = address.indexOf('>', open);
  if (close < 0) return undefined;
  const uri = address.slice(open + 1, close);
  if (!isUri(uri)) return undefined;
  return { display: unquote(trimBlanks(address.slice(0, open))), uri, parameters };
}

/** The whole value of a header from a user, a URI or a name-addr, ready to take a tag. */
export function toNameAddr(target: string, server: { readonly host: string; readonly port: number }): string {
  if (target.includes('<')) return target;
  return `<${toUri(target, server)}>`;
}

/** A number or a user becomes a URI at the server; a URI stays as it is. */
export function toUri(target: string, server: { readonly host: string; readonly port: number }): string {
  return target.includes(':') ? target : `sip:${target}@${server.host}:${server.port}`;
}

/** Where the URI's bracket opens: a quoted display name may hold one of its own. */
function bracketOf(address: string): number {
  const quoted = /^[ \t]*"(?:[^"\\]|\\.)*"/s.exec(address);
  return address.indexOf('<', quoted === null ? 0 : quoted[0].length);
}

function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[^ \t\r\n<>"]+$/i.test(text);
}
