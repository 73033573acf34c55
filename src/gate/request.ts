/**
 * The question at the gate, read from the head of a FastAGI header. Pure: lines in, a request or a fault out.
 *
 * The question stands in the path of the AGI URL, because that line comes before everything a caller can forge:
 * `/check/1/<linkedid>/<endpoint>/<User-Agent length>/<User-Agent>/<address>/<Call-ID>/<dialled>/<transferer>/<its
 * address>/<forwarder>/<its address>`, each part URIENCODE()d, and empty where there is none.
 */
import { parseAddress } from '../domain/address.ts';
import type { Call, Party } from '../domain/verdict.ts';
import { fault, type RequestFault, readPath, readUserAgent, show } from './path.ts';

export type { Answer } from './answer.ts';
export type { RequestFault } from './path.ts';

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
  const path = readPath(script.slice(QUESTION.length), PARTS);
  return path.kind === 'fault' ? path : readParts(path.parts, channel.slice(CHANNEL_LINE.length));
}

function otherScript(line: string): ReadRequest {
  if (!line.startsWith(SCRIPT_LINE)) return fault('not-agi', 'no script');
  const script = line.slice(SCRIPT_LINE.length).split('/', 1)[0];
  if (script !== SCRIPT) return fault('wrong-script', `not /${SCRIPT}`);
  return fault('wrong-version', `not /${SCRIPT}/${VERSION}/ and what belongs there`);
}

function readParts(parts: readonly string[], channel: string): ReadRequest {
  const part = (index: number) => parts[index] ?? '';
  const userAgent = readUserAgent(part(3), part(2));
  if (userAgent.kind === 'fault') return userAgent;
  return {
    kind: 'request',
    request: {
      call: {
        endpoint: part(1) === '' ? undefined : show(part(1)),
        userAgent,
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

function party(role: Party['role'], endpoint: string, address: string): Party[] {
  return endpoint === '' ? [] : [{ role, endpoint: show(endpoint), address: parseAddress(address) }];
}
