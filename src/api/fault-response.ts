/**
 * How a failure is answered: one table from the domain's codes to HTTP status, one shape for all. What was not expected
 * is logged whole and shown only as an internal error with an id to look for.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Fault, type FaultCode } from '../domain/fault.ts';
import type { Logger } from '../log/logger.ts';
import { StoreError } from '../store/store.ts';

/** Why one who asks over the network is refused. */
export type AccessCode = 'not-signed-in' | 'forbidden' | 'no-token' | 'limited' | 'wrong-host';

export interface ErrorBody {
  readonly error: {
    readonly code: FaultCode | AccessCode | 'no-such-route' | 'too-large' | 'internal';
    readonly message: string;
    readonly hint: string;
  };
}

const STATUS: Readonly<Record<FaultCode, number>> = {
  malformed: 400,
  'no-such-extension': 404,
  'no-such-model': 404,
  'invalid-pattern': 422,
  'invalid-model': 422,
  'model-exists': 409,
  'model-in-use': 409,
  'no-device': 409,
  'several-devices': 409,
  'too-many-alternatives': 422,
  'no-such-channel': 409,
  'cannot-mail': 409,
  'not-mailed': 502,
  'no-such-user': 404,
  'user-exists': 409,
  'no-such-token': 404,
  busy: 503,
  storage: 503,
  'not-loaded': 503,
};

/** The error handler of the server. */
export function faultResponder(logger: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const { status, body } = explain(error, request, logger);
    void reply.code(status).send(body);
  };
}

export function noSuchRoute(request: FastifyRequest, reply: FastifyReply): void {
  const body = errorBody('no-such-route', `There is no ${request.method} ${request.url.slice(0, 100)}.`, '');
  void reply.code(404).send(body);
}

export function errorBody(code: ErrorBody['error']['code'], message: string, hint: string): ErrorBody {
  return { error: { code, message, hint } };
}

function explain(
  error: unknown,
  request: FastifyRequest,
  logger: Logger,
): { status: number; body: ErrorBody } {
  if (error instanceof Fault) {
    if (error.code === 'storage') logger.error({ err: error }, 'a change could not be saved');
    return { status: STATUS[error.code], body: errorBody(error.code, error.message, error.hint) };
  }
  if (error instanceof StoreError) {
    logger.error({ err: error }, 'the database could not be read');
    return { status: STATUS.storage, body: errorBody('storage', error.message, error.hint) };
  }
  return explainRequest(error) ?? internal(error, request, logger);
}

/** Faults of the request itself, as the server found them before any route ran. */
function explainRequest(error: unknown): { status: number; body: ErrorBody } | undefined {
  if (!isFastifyError(error)) return undefined;
  if (error.validation !== undefined || error.statusCode === 400 || error.statusCode === 415) {
    return { status: 400, body: errorBody('malformed', error.message, 'Nothing was changed.') };
  }
  if (error.statusCode === 413) {
    return { status: 413, body: errorBody('too-large', 'The request is too large.', '') };
  }
  return undefined;
}

function internal(
  error: unknown,
  request: FastifyRequest,
  logger: Logger,
): { status: number; body: ErrorBody } {
  const id = randomUUID().slice(0, 8);
  logger.error({ err: error, id, method: request.method, url: request.url }, 'internal error');
  return { status: 500, body: errorBody('internal', `internal error ${id}`, `Look for ${id} in the log.`) };
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error;
}
