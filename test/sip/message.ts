/**
 * Bytes to one SIP message (RFC 3261, section 7). Strict, because what it reads is an Asterisk's: a bare CR or LF, or a
 * line that is no header, makes the message malformed. Never throws, never reads a socket.
 */
import { isBlank, trimBlanks } from './blanks.ts';
import { type Header, SipHeaders } from './headers.ts';

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: SipHeaders;
  readonly body: Buffer;
}

export interface SipResponse {
  readonly kind: 'response';
  /** 100 to 699. */
  readonly status: number;
  readonly reason: string;
  readonly headers: SipHeaders;
  readonly body: Buffer;
}

export interface Malformed {
  readonly kind: 'malformed';
  readonly why: 'too-large' | 'no-end' | 'start-line' | 'header' | 'too-many-headers' | 'content-length';
}

/** The largest message, in bytes. */
export const MAX_MESSAGE_BYTES = 65_535;
export const MAX_HEADERS = 256;

const REQUEST_LINE = /^([\w.!%*+`'~-]{1,32}) ([^ \t]+) SIP\/2\.0$/;
const STATUS_LINE = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/;
const HEADER_NAME = /^([\w.!%*+`'~-]+)[ \t]*:/;

/** Reads exactly one message: a datagram, or what the framer cut from a stream. */
export function parseMessage(bytes: Buffer): SipRequest | SipResponse | Malformed {
  if (bytes.length > MAX_MESSAGE_BYTES) return malformed('too-large');
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return malformed('no-end');
  // One character a byte, so that values can be taken back to their bytes.
  const [startLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = parseHeaders(lines);
  if (!(headers instanceof SipHeaders)) return headers;
  const body = bodyOf(headers, bytes.subarray(end + 4));
  if (body === undefined) return malformed('content-length');
  return parseStartLine(startLine, headers, body);
}

function parseStartLine(
  line: string,
  headers: SipHeaders,
  body: Buffer,
): SipRequest | SipResponse | Malformed {
  const status = STATUS_LINE.exec(line);
  if (status !== null) {
    return { kind: 'response', status: Number(status[1]), reason: status[2] ?? '', headers, body };
  }
  const request = REQUEST_LINE.exec(line);
  if (request === null) return malformed('start-line');
  return { kind: 'request', method: request[1] ?? '', uri: request[2] ?? '', headers, body };
}

function parseHeaders(lines: readonly string[]): SipHeaders | Malformed {
  const unfolded = unfold(lines);
  if (unfolded === undefined) return malformed('header');
  if (unfolded.length > MAX_HEADERS) return malformed('too-many-headers');
  const fields: Header[] = [];
  for (const line of unfolded) {
    const match = HEADER_NAME.exec(line);
    if (match === null || /[\r\n]/.test(line)) return malformed('header');
    const value = trimBlanks(line.slice(match[0].length));
    fields.push({ name: match[1] ?? '', value: Buffer.from(value, 'latin1') });
  }
  return new SipHeaders(fields);
}

/** "Any line that begins with white space is a continuation of the header above; the fold is worth one space." */
function unfold(lines: readonly string[]): string[] | undefined {
  const groups: string[][] = [];
  for (const line of lines) {
    if (!isBlank(line[0])) groups.push([line]);
    else if (groups.length > 0) groups.at(-1)?.push(line);
    else return undefined;
  }
  return groups.map((group) => group.map(trimBlanks).join(' '));
}

/** The bytes Content-Length counts; all of them where it is absent; undefined where fewer came. */
function bodyOf(headers: SipHeaders, rest: Buffer): Buffer | undefined {
  const length = headers.get('content-length');
  if (length === undefined) return rest;
  if (!/^\d{1,6}$/.test(length) || Number(length) > rest.length) return undefined;
  return rest.subarray(0, Number(length));
}

function malformed(why: Malformed['why']): Malformed {
  return { kind: 'malformed', why };
}
