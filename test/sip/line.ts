/** One phone's line: who it is, its way to the server, and what it has in hand. Shared by its registration and its calls. */
import type { ClientTransactions } from './client-transactions.ts';
import type { Dialog } from './dialog.ts';
import type { Credentials } from './digest.ts';
import type { HeaderValue } from './encode.ts';
import type { Invite } from './invite.ts';
import { NO_BODY, type RequestSpec } from './request.ts';
import { newBranch, newToken } from './token.ts';
import type { Transport } from './transport.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface Line {
  readonly transport: Transport;
  readonly clients: ClientTransactions;
  readonly server: ServerAddress;
  readonly credentials: Credentials;
  readonly userAgent: HeaderValue | null;
  /** Where the server reaches this phone. */
  readonly contactUri: string;
  /** Calls that are up, by {@link dialogKey}. */
  readonly dialogs: Map<string, Dialog>;
  /** Calls that are being placed. */
  readonly inviting: Set<Invite>;
}

/** What no request can guess; the rest has a default. */
export type RequestParts = Pick<RequestSpec, 'method' | 'uri' | 'from' | 'to' | 'callId' | 'cseq'> &
  Partial<RequestSpec>;

/** A request on this line, with a branch of its own. */
export function requestOn(line: Line, parts: RequestParts): RequestSpec {
  const { kind, localIp, localPort } = line.transport;
  return {
    sentBy: `${kind.toUpperCase()} ${localIp}:${localPort}`,
    branch: newBranch(),
    userAgent: line.userAgent,
    lines: [],
    extra: [],
    body: NO_BODY,
    ...parts,
  };
}

export function newCallId(line: Line): string {
  return `${newToken()}@${line.transport.localIp}`;
}

export function contactLine(line: Line): readonly [string, string] {
  return ['Contact', `<${line.contactUri}>`];
}

/** "A dialog is identified by its Call-ID, a local tag and a remote tag"; no server forks, so two of them do. */
export function dialogKey(callId: string, localTag: string): string {
  return `${callId} ${localTag}`;
}
