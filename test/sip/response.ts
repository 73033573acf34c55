/** The responses a phone sends (RFC 3261, section 8.2.6): the request's own headers come back byte for byte. Pure. */
import { encodeMessage, type HeaderLine } from './encode.ts';
import type { SipRequest } from './message.ts';
import { parseNameAddr } from './name-addr.ts';

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly lines: readonly HeaderLine[];
  readonly body: Buffer;
}

/** @param tag added to To where the request brought none; a 100 gets none */
export function encodeResponse(request: SipRequest, answer: Answer, tag: string): Buffer {
  const { headers } = request;
  const lines: HeaderLine[] = [
    ...copies(request, 'Via'),
    ...copies(request, 'From'),
    ['To', answer.status === 100 ? (headers.bytes('to') ?? '') : taggedTo(request, tag)],
    ...copies(request, 'Call-ID'),
    ...copies(request, 'CSeq'),
    ...answer.lines,
    ['Content-Length', String(answer.body.length)],
  ];
  return encodeMessage(`SIP/2.0 ${answer.status} ${answer.reason}`, lines, answer.body);
}

/** The request's To with the phone's tag: the phone's own side of the dialog. */
export function taggedTo(request: SipRequest, tag: string): Buffer {
  const to = request.headers.bytes('to') ?? Buffer.alloc(0);
  const hasTag = parseNameAddr(to.toString('latin1'))?.parameters.has('tag') === true;
  return hasTag ? to : Buffer.concat([to, Buffer.from(`;tag=${tag}`)]);
}

/** The phrase of a status; the caller's own where it gives one. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? 'Answered';
}

const REASONS: Readonly<Record<number, string>> = {
  180: 'Ringing',
  200: 'OK',
  302: 'Moved Temporarily',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  503: 'Service Unavailable',
  603: 'Decline',
};

function copies(request: SipRequest, name: string): HeaderLine[] {
  return request.headers.allBytes(name).map((value): HeaderLine => [name, value]);
}
