/** Opens the TCP or TLS connection to Asterisk's manager, with a deadline; it never outlives the signal it is given. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AsteriskError } from '../port.ts';
import type { Timers } from './timers.ts';

export interface AmiEndpoint {
  readonly host: string;
  readonly port: number;
  readonly tls?: AmiTls | undefined;
}

export interface AmiTls {
  /** PEM of the authority that signed Asterisk's certificate; without it the system's authorities count. */
  readonly ca?: string | Buffer | undefined;
  /** The name that the certificate must hold, where it is not the host's. */
  readonly servername?: string | undefined;
}

/**
 * @param deadline milliseconds until connected, the TLS handshake included
 * @throws AsteriskError `disconnected`, saying why in one line
 */
export function openSocket(
  endpoint: AmiEndpoint,
  deadline: number,
  timers: Timers,
  signal: AbortSignal,
): Promise<Socket> {
  const where = `Asterisk's manager at ${endpoint.host}:${endpoint.port}`;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new AsteriskError('disconnected', 'stopped'));
    let socket: Socket;
    try {
      socket = dial(endpoint);
    } catch (cause) {
      const message = `the settings for ${where} cannot be used: ${explain(cause as Error)}`;
      return reject(new AsteriskError('disconnected', message, { cause }));
    }
    const settle = (error?: AsteriskError) => {
      cancelDeadline();
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) {
        socket.off('error', onError);
        resolve(socket);
      } else {
        socket.destroy();
        reject(error);
      }
    };
    const onAbort = () => settle(new AsteriskError('disconnected', 'stopped'));
    const onError = (cause: Error) => {
      const message = `cannot reach ${where}: ${explain(cause)}`;
      settle(new AsteriskError('disconnected', message, { cause }));
    };
    const cancelDeadline = timers.after(deadline, () => {
      settle(new AsteriskError('disconnected', `cannot reach ${where}: no answer within ${deadline} ms`));
    });
    signal.addEventListener('abort', onAbort);
    socket.on('error', onError);
    socket.once(endpoint.tls === undefined ? 'connect' : 'secureConnect', () => settle());
  });
}

function dial({ host, port, tls }: AmiEndpoint): Socket {
  if (tls === undefined) return connect({ host, port, noDelay: true });
  const servername = tls.servername ?? (isIP(host) === 0 ? host : undefined);
  const socket = connectTls({
    host,
    port,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(servername === undefined ? {} : { servername }),
  });
  socket.setNoDelay(true);
  return socket;
}

/** One line. Where every address of a host failed, the first one's error speaks for all. */
function explain(error: Error & { code?: string }): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return explain(error.errors[0]);
  return error.message.trim().replaceAll(/\s+/g, ' ') || error.code || error.name;
}
