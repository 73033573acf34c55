/**
 * Answers to what never becomes a request that a route could be found for: bytes that are no HTTP, heads that are too long
 * or too slow, addresses that cannot be decoded. They look like every other failure, and repeat nothing of what was sent.
 */
import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import { errorBody } from './fault-response.ts';

const BY_CODE: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long.'],
  HPE_HEADER_OVERFLOW: [431, 'The head of the request is too long.'],
};

/** @param headers every answer has them */
export function answerMisread(
  error: Error & { code?: string },
  socket: Socket,
  headers: OutgoingHttpHeaders,
): void {
  if (socket.destroyed || error.code === 'ECONNRESET') return;
  const [status, message] = BY_CODE[error.code ?? ''] ?? [400, 'This is no request.'];
  write(socket, status, message, headers);
  socket.destroy(error);
}

/** A body comes whose length nobody said. */
export function answerInPieces(socket: Socket, headers: OutgoingHttpHeaders): void {
  write(socket, 411, 'Say the length of the body (Content-Length).', headers);
}

/** The address names no route and cannot be one. */
export function answerNoAddress(reply: FastifyReply, headers: OutgoingHttpHeaders): void {
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) reply.raw.setHeader(name, value);
  void reply.code(400).send(errorBody('malformed', 'The address of the request is not understood.', ''));
}

function write(socket: Socket, status: number, message: string, headers: OutgoingHttpHeaders): void {
  if (!socket.writable) return;
  const body = JSON.stringify(errorBody('malformed', message, ''));
  const all = {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
