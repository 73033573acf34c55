/**
 * A phone that dialled a one-time code, read from the head of a FastAGI header. Pure: lines in, a request or a fault out.
 *
 * As with a call's question, all of it stands in the path of the AGI URL, before anything a caller can forge:
 * `/enrol/1/<linkedid>/<endpoint>/<User-Agent length>/<User-Agent>/<address>/<Call-ID>/<digits>`, each part URIENCODE()d.
 */
import { parseAddress, type SourceAddress } from '../domain/address.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import { fault, type RequestFault, readPath, readUserAgent, show } from './path.ts';

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
  const path = readPath(rest.slice(VERSION.length), PARTS);
  if (path.kind === 'fault') return path;
  const [linkedId = '', endpoint = '', length = '', bytes = '', address = '', callId = '', digits = ''] =
    path.parts;
  const userAgent = readUserAgent(bytes, length);
  if (userAgent.kind === 'fault') return userAgent;
  if (!/^\d{1,16}$/.test(digits)) return fault('malformed-request', 'the code is not 1 to 16 digits');
  return {
    kind: 'enrol',
    request: {
      endpoint: endpoint === '' ? undefined : show(endpoint),
      userAgent,
      address: parseAddress(address),
      linkedId: show(linkedId),
      callId: show(callId),
      digits,
    },
  };
}
