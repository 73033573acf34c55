/**
 * The question at the gate, read from the head of a FastAGI header. Pure: lines in, a request or a fault out.
 *
 * The question stands in the path of the AGI URL, because that line comes before everything a caller can forge:
 * `/check/1/<linkedid>/<endpoint>/<User-Agent length>/<User-Agent>/<address>/<Call-ID>/<dialled>/<transferer>/<its
 * address>/<forwarder>/<its address>`, each part URIENCODE()d, and empty where there is none.
 */
import { parseAddress } from '../domain/address.ts';
import { MAX_USER_AGENT_BYTES, parseUserAgent, type UserAgent } from '../domain/user-agent.ts';
import type { Call, Party } from '../domain/verdict.ts';
import { decodePercent, readable } from './percent.ts';

export type { Answer } from './answer.ts';

/** Every text is harmless to show and at most 128 characters and `…`, but still what the caller claims. */
export interface GateRequest {
  readonly call: Call;
  /** Asterisk's linkedid: the same for every pass of one call. */
  readonly linkedId: string;
  /** The INVITE's Call-ID; empty where there is no INVITE. */
  readonly callId: string;
  /** What was dialled. */
  readonly dialled: string;
  /** Asterisk's name of the channel that asks, `PJSIP/1001-0000002a`. */
  readonly channel: string;
}

/** Why the head is no question. `detail` holds nothing a caller wrote. */
export interface RequestFault {
  readonly code: 'not-agi' | 'wrong-script' | 'wrong-version' | 'malformed-request';
  readonly detail: string;
}

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: GateRequest }
  | ({ readonly kind: 'fault' } & RequestFault);

const SCRIPT_LINE = 'agi_network_script: ';
const CHANNEL_LINE = 'agi_channel: ';
const SCRIPT = 'check';
/** Goes up with every change of the path's meaning. */
const VERSION = '1';
/** What every true question begins with. */
const QUESTION = `${SCRIPT_LINE}${SCRIPT}/${VERSION}/`;
const MAX_TEXT_BYTES = 128;

/** The parts behind script and version, in the path's order. */
const PARTS = [
  ...['linkedid', 'endpoint', 'User-Agent length', 'User-Agent', 'address', 'Call-ID', 'dialled'],
  ...['transferer', "transferer's address", 'forwarder', "forwarder's address"],
];

/** @param lines the head's four lines, one character a byte, without line ends */
export function readRequest(lines: readonly string[]): ReadRequest {
  const script = lines[1] ?? '';
  const channel = lines[3] ?? '';
  if (!script.startsWith(QUESTION)) return otherScript(script);
  if (!channel.startsWith(CHANNEL_LINE)) return fault('not-agi', 'no channel');
  const encoded = script.slice(QUESTION.length).split('/');
  if (encoded.length !== PARTS.length) {
    return fault('malformed-request', `${encoded.length} parts instead of ${PARTS.length}`);
  }
  const parts: string[] = [];
  for (const text of encoded) {
    const bytes = decodePercent(text);
    if (bytes === undefined) return fault('malformed-request', `${PARTS[parts.length]} is not URI-encoded`);
    parts.push(bytes);
  }
  return readParts(parts, channel.slice(CHANNEL_LINE.length));
}

function otherScript(line: string): ReadRequest {
  if (!line.startsWith(SCRIPT_LINE)) return fault('not-agi', 'no script');
  const script = line.slice(SCRIPT_LINE.length).split('/', 1)[0];
  if (script !== SCRIPT) return fault('wrong-script', `not /${SCRIPT}`);
  return fault('wrong-version', `not /${SCRIPT}/${VERSION}/ and what belongs there`);
}

function readParts(parts: readonly string[], channel: string): ReadRequest {
  const part = (index: number) => parts[index] ?? '';
  // Empty means zero: the dialplan leaves it so where it found no INVITE.
  if (!/^\d{0,7}$/.test(part(2))) return fault('malformed-request', 'User-Agent length is no number');
  return {
    kind: 'request',
    request: {
      call: {
        endpoint: part(1) === '' ? undefined : show(part(1)),
        userAgent: readUserAgent(part(3), Number(part(2))),
        address: parseAddress(part(4)),
        behind: [...party('transferer', part(7), part(8)), ...party('forwarder', part(9), part(10))],
      },
      linkedId: show(part(0)),
      callId: show(part(5)),
      dialled: show(part(6)),
      channel: show(channel),
    },
  };
}

/** A length that is not that of the bytes proves nothing, so it must match no lock. */
export function readUserAgent(bytes: string, length: number): UserAgent {
  const isTrue = bytes.length === Math.min(length, MAX_USER_AGENT_BYTES);
  const told = isTrue ? length : Math.max(length, MAX_USER_AGENT_BYTES + 1);
  return parseUserAgent(Buffer.from(bytes, 'latin1'), told);
}

function party(role: Party['role'], endpoint: string, address: string): Party[] {
  return endpoint === '' ? [] : [{ role, endpoint: show(endpoint), address: parseAddress(address) }];
}

function show(bytes: string): string {
  return readable(bytes, MAX_TEXT_BYTES);
}

function fault(code: RequestFault['code'], detail: string): ReadRequest {
  return { kind: 'fault', code, detail };
}
