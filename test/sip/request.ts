/**
 * The requests a phone sends (RFC 3261, section 8.1.1): which headers they have, in which order. Pure: branches, tags
 * and sequence numbers are given. ACK to a refusal and CANCEL are derived from their INVITE.
 */
import {
  type ExtraHeader,
  encodeMessage,
  type HeaderLine,
  type HeaderValue,
  optionalHeader,
  withExtra,
} from './encode.ts';

export interface RequestSpec {
  readonly method: string;
  readonly uri: string;
  /** `UDP 127.0.0.1:5062`: the transport, and where answers go. */
  readonly sentBy: string;
  readonly branch: string;
  readonly from: HeaderValue;
  readonly to: HeaderValue;
  readonly callId: string;
  readonly cseq: number;
  readonly userAgent: HeaderValue | null;
  /** What belongs to the method: Contact, Authorization, Expires, Content-Type. */
  readonly lines: readonly HeaderLine[];
  readonly extra: readonly ExtraHeader[];
  readonly body: Buffer;
}

export const NO_BODY = Buffer.alloc(0);

/** The methods the phone takes, for Allow. */
export const ALLOWED = 'INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, MESSAGE, INFO';

export function encodeRequest(spec: RequestSpec): Buffer {
  const lines: HeaderLine[] = [
    ['Via', `SIP/2.0/${spec.sentBy};rport;branch=${spec.branch}`],
    ['Max-Forwards', '70'],
    ['From', spec.from],
    ['To', spec.to],
    ['Call-ID', spec.callId],
    ['CSeq', `${spec.cseq} ${spec.method}`],
    ...spec.lines,
    ...optionalHeader('User-Agent', spec.userAgent),
    ['Content-Length', String(spec.body.length)],
  ];
  return encodeMessage(`${spec.method} ${spec.uri} SIP/2.0`, withExtra(lines, spec.extra), spec.body);
}

/**
 * The ACK of a refused INVITE: "the same Via, Call-ID, From and Request-URI as the INVITE, the To of the response".
 * It carries none of the INVITE's own or extra headers.
 */
export function encodeAckOfRefusal(invite: RequestSpec, to: HeaderValue): Buffer {
  return encodeRequest({ ...invite, method: 'ACK', to, lines: [], extra: [], body: NO_BODY });
}

/** "A CANCEL has the Request-URI, Call-ID, To, From and the number of CSeq of the request it cancels", and its Via. */
export function encodeCancel(invite: RequestSpec): Buffer {
  return encodeRequest({ ...invite, method: 'CANCEL', lines: [], extra: [], body: NO_BODY });
}
