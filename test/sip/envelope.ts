/**
 * What says which transaction and which dialog a message belongs to (RFC 3261, sections 12 and 17). Pure. A message
 * without all of it belongs to none and is dropped.
 */
import type { SipHeaders } from './headers.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseParameters, splitUnquoted } from './quoted.ts';

export interface Envelope {
  /** The topmost Via, whole: one request's repeats have the same, another's never. */
  readonly via: string;
  readonly branch: string;
  readonly callId: string;
  readonly cseq: number;
  readonly method: string;
  /** Empty where there is none. */
  readonly fromTag: string;
  readonly toTag: string;
}

const CSEQ = /^(\d{1,10})[ \t]+([\w.!%*+`'~-]{1,32})$/;

export function envelopeOf(headers: SipHeaders): Envelope | undefined {
  const via = splitUnquoted(headers.get('via') ?? '', ',')[0] ?? '';
  const branch = parseParameters(splitUnquoted(via, ';').slice(1)).get('branch');
  const cseq = CSEQ.exec(headers.get('cseq') ?? '');
  const callId = headers.get('call-id');
  const from = parseNameAddr(headers.get('from') ?? '');
  const to = parseNameAddr(headers.get('to') ?? '');
  if (branch === undefined || branch === '' || cseq === null) return undefined;
  if (callId === undefined || callId === '' || from === undefined || to === undefined) return undefined;
  return {
    via,
    branch,
    callId,
    cseq: Number(cseq[1]),
    method: cseq[2] ?? '',
    fromTag: from.parameters.get('tag') ?? '',
    toTag: to.parameters.get('tag') ?? '',
  };
}
