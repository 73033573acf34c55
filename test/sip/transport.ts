/** The phone's way to its server and back: whole messages as bytes. UDP, TCP and TLS behind one shape; never parses SIP. */
import { openTcp } from './tcp-transport.ts';
import { openUdp } from './udp-transport.ts';

/** Sends bytes back to where a message came from. */
export type Reply = (bytes: Buffer) => void;

export interface TransportEvents {
  /** One whole message. */
  readonly received: (message: Buffer, reply: Reply) => void;
  /** The connection is gone, and stays so. Never after {@link Transport.close}. */
  readonly lost: (why: string) => void;
}

export type TransportKind = 'udp' | 'tcp' | 'tls';

export interface Transport {
  readonly kind: TransportKind;
  readonly localIp: string;
  readonly localPort: number;
  /** To the server; nothing once it is closed. @throws {SipError} `too-large` for more than a datagram carries */
  send(bytes: Buffer): void;
  close(): Promise<void>;
}

export interface Route {
  readonly kind: TransportKind;
  readonly server: { readonly host: string; readonly port: number };
  readonly localIp: string;
  /** 0: the system chooses. */
  readonly localPort: number;
}

/** Rejects with a {@link SipError} `unreachable` where the port is taken or, for TCP and TLS, nobody answers within 3 s. */
export function openTransport(route: Route, events: TransportEvents): Promise<Transport> {
  return route.kind === 'udp' ? openUdp(route, events) : openTcp(route, events);
}
