/**
 * A phone that dialled a one-time code, read from the head of a FastAGI header. Pure: lines in, a request or a fault out.
 *
 * As with a call's question, all of it stands in the path of the AGI URL, before anything a caller can forge:
 * `/enrol/1/<linkedid>/<endpoint>/<User-Agent length>/<User-Agent>/<address>/<Call-ID>/<digits>`, each part URIENCODE()d.
 */
import { parseAddress, type SourceAddress } from '../domain/address.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import { decodePercent, readable } from './percent.ts';
import { type RequestFault, readUserAgent } from './request.ts';

/** Every text is harmless to show and short, but still what the caller claims. */
export interface EnrolRequest {
  /** The endpoint whose INVITE it is; undefined where there is none. */
  readonly endpoint: string | undefined;
  readonly userAgent: UserAgent;
  readonly address: SourceAddress | undefined;
  readonly linkedId: string;
  readonly callId: string;
  /** 1 to 16 digits. */
  readonly digits: string;
}

export type ReadEnrolRequest =
  | { readonly kind: 'enrol'; readonly request: EnrolRequest }
  | ({ readonly kind: 'fault' } & RequestFault);

const SCRIPT = 'agi_network_script: enrol/';
/** Goes up with every change of the path's meaning. */
const VERSION = '1/';
const MAX_TEXT_BYTES = 128;

/** The parts behind script and version, in the path's order. */
const PARTS = ['linkedid', 'endpoint', 'User-Agent length', 'User-Agent', 'address', 'Call-ID', 'digits'];

/** Whether the head asks for this; then {@link readEnrolRequest} reads it. */
export function isEnrolRequest(lines: readonly string[]): boolean {
  return lines[1]?.startsWith(SCRIPT) ?? false;
}

/** @param lines the head's four lines, one character a byte, without line ends */
export function readEnrolRequest(lines: readonly string[]): ReadEnrolRequest {
  const rest = (lines[1] ?? '').slice(SCRIPT.length);
  if (!rest.startsWith(VERSION)) return fault('wrong-version', 'not /enrol/1/ and what belongs there');
  const encoded = rest.slice(VERSION.length).split('/');
  if (encoded.length !== PARTS.length) {
    return fault('malformed-request', `${encoded.length} parts instead of ${PARTS.length}`);
  }
  const parts: string[] = [];
  for (const text of encoded) {
    const bytes = decodePercent(text);
    if (bytes === undefined) return fault('malformed-request', `${PARTS[parts.length]} is not URI-encoded`);
    parts.push(bytes);
  }
  const [linkedId = '', endpoint = '', length = '', userAgent = '', address = '', callId = '', digits = ''] =
    parts;
  if (!/^\d{0,7}$/.test(length)) return fault('malformed-request', 'User-Agent length is no number');
  if (!/^\d{1,16}$/.test(digits)) return fault('malformed-request', 'the code is not 1 to 16 digits');
  return {
    kind: 'enrol',
    request: {
      endpoint: endpoint === '' ? undefined : show(endpoint),
      userAgent: readUserAgent(userAgent, Number(length)),
      address: parseAddress(address),
      linkedId: show(linkedId),
      callId: show(callId),
      digits,
    },
  };
}

function show(bytes: string): string {
  return readable(bytes, MAX_TEXT_BYTES);
}

function fault(code: RequestFault['code'], detail: string): ReadEnrolRequest {
  return { kind: 'fault', code, detail };
}
