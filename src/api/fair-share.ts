/**
 * Holds every connection to its share of the thread that also answers calls. A client that sends thousands of requests in
 * one go, a body in thousands of pieces, or one without end, would have it all read before a call gets its turn; one address that opens
 * every connection there may be keeps the others out. No browser does any of this, nor does a client library unasked.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { subjectOf } from '../access/attempts.ts';

/** The part of Node's own parser that hands requests on; it is no part of its documented interface. */
interface Parser {
  onIncoming?: (request: IncomingMessage, shouldKeepAlive: boolean) => number;
}

/** The latest request of a connection. */
interface Latest {
  readonly response: ServerResponse;
  /** It came in this turn: what comes in the same one has not waited for anything. */
  isFresh: boolean;
}

/** What the parser takes for: what follows on this connection is no request, and is not read. */
const NO_FURTHER = 2;
/** Connections from one other host: several people behind one address, each with a browser. */
const OF_ONE_ADDRESS = 32;
/** Milliseconds in which a client that still sends can read why. */
const LINGER_MS = 1000;
/** This machine may be the end of many a tunnel, or the proxy in front. A Unix socket has no address. */
const SPEAKS_FOR_MANY: ReadonlySet<string> = new Set(['127.0.0.1', '::1', ''].map(subjectOf));

/**
 * To be called before anybody connects. Who does not wait for an answer before the next request is cut off.
 * @param refusePieces answers who sends a body without its length, and ends the connection
 */
export function fairShare(server: Server, refusePieces: (socket: Socket) => void): void {
  const latest = new WeakMap<Socket, Latest>();
  server.on('request', (request, response) => {
    const { socket } = request;
    response.once('finish', () => {
      if (!request.complete) leaveUnread(socket);
    });
    const one = { response, isFresh: true };
    latest.set(socket, one);
    setImmediate(() => {
      one.isFresh = false;
    });
  });
  // Not until it is written out: the client may have the answer a moment before this thread hears of that.
  const isBusy = (socket: Socket) => {
    const one = latest.get(socket);
    return one !== undefined && (one.isFresh || !one.response.writableEnded);
  };
  const watch = (socket: Socket & { readonly parser?: Parser }) => {
    const { parser } = socket;
    const handOn = parser?.onIncoming;
    if (parser === undefined || handOn === undefined) return;
    parser.onIncoming = (request, shouldKeepAlive) => {
      const isInPieces = request.headers['transfer-encoding'] !== undefined;
      if (!isInPieces && !isBusy(socket)) return handOn(request, shouldKeepAlive);
      if (isInPieces) refusePieces(socket);
      socket.destroy();
      return NO_FURTHER;
    };
  };
  server.on('connection', watch);
  server.on('secureConnection', watch);
  limitAddresses(server);
}

/** The answer came before the body: what is left of that is not read, and the connection ends when the answer was. */
function leaveUnread(socket: Socket): void {
  // Once Node has begun to read it in order to throw it away.
  setImmediate(() => socket.pause());
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function limitAddresses(server: Server): void {
  const open = new Map<string, number>();
  server.prependListener('connection', (socket: Socket) => {
    const address = subjectOf(socket.remoteAddress ?? '');
    if (SPEAKS_FOR_MANY.has(address)) return;
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    if (count > OF_ONE_ADDRESS) socket.destroy();
  });
}
