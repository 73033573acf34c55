/** Speaks to the running service over its Unix socket. Every request has a deadline; every failure says what to do. */
import type { IncomingMessage, RequestOptions } from 'node:http';
import { userInfo } from 'node:os';
import { CliError } from './failure.ts';

// An import statement would also load what node:http only re-exports (fetch, WebSocket): ten times the time.
const { request } = process.getBuiltinModule('node:http');

/** The doctor's probes take the longest: each has its own deadline, far below this. */
const DEADLINE_MS = 30_000;
const MAX_ANSWER = 64 * 1024 * 1024;

export class Client {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  get socket(): string {
    return this.#socket;
  }

  async get<T>(path: string): Promise<T> {
    return await this.#ask<T>('GET', path, undefined);
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return await this.#ask<T>('PUT', path, body);
  }

  async post<T>(path: string, body?: unknown): Promise<T> {
    return await this.#ask<T>('POST', path, body);
  }

  async delete<T>(path: string): Promise<T> {
    return await this.#ask<T>('DELETE', path, undefined);
  }

  /** A stream that goes on until either side ends it. */
  async stream(path: string): Promise<IncomingMessage> {
    const response = await this.#send('GET', path, undefined);
    if (response.statusCode !== 200) throw faultOf(await readAll(response));
    return response;
  }

  async #ask<T>(method: string, path: string, body: unknown): Promise<T> {
    const response = await this.#send(method, path, body);
    const text = await readAll(response);
    if ((response.statusCode ?? 500) >= 400) throw faultOf(text);
    return JSON.parse(text) as T;
  }

  #send(method: string, path: string, body: unknown): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      'x-device-lock-who': `cli:${userName()}`,
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const options: RequestOptions = { socketPath: this.#socket, method, path, headers, timeout: DEADLINE_MS };
    return new Promise((resolve, reject) => {
      const asked = request(options, resolve);
      asked.once('error', (error) => reject(unreachable(error, this.#socket)));
      asked.once('timeout', () => asked.destroy(new Error('no answer')));
      asked.end(text);
    });
  }
}

/** Path segments are an operator's text: never glued together bare. */
export function path(...segments: readonly string[]): string {
  return `/v1/${segments.map(encodeURIComponent).join('/')}`;
}

/** A query of what was given. */
export function query(fields: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > MAX_ANSWER)
        throw new CliError('too-large', 'The answer is larger than 64 MB.', 'Ask for less.');
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('cut-off', 'The service went away while it answered.', 'See: device-lock status', 1, {
      cause: error,
    });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function faultOf(text: string): CliError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; hint: string } };
    return new CliError(error.code, error.message, error.hint);
  } catch (cause) {
    return new CliError('internal', 'The service gave an answer that makes no sense.', 'See its log.', 1, {
      cause,
    });
  }
}

function unreachable(error: NodeJS.ErrnoException, socket: string): CliError {
  const options = { cause: error };
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new CliError(
        'not-running',
        `Device Lock is not running: nothing answers at ${socket}.`,
        'Start it with: systemctl start device-lock (why it stopped: journalctl -u device-lock).',
        1,
        options,
      );
    case 'EACCES':
    case 'EPERM':
      return new CliError(
        'no-permission',
        `You may not speak to Device Lock at ${socket}.`,
        'Use sudo, or join the group of that socket.',
        1,
        options,
      );
    case 'ENAMETOOLONG':
    case 'EINVAL':
      return new CliError(
        'malformed',
        `${socket} cannot be a socket.`,
        'Correct socket in [api].',
        1,
        options,
      );
    default:
      return new CliError(
        'no-answer',
        `Device Lock gave no answer at ${socket}: ${error.message}.`,
        'See whether it is stuck: systemctl status device-lock',
        1,
        options,
      );
  }
}

function userName(): string {
  const { SUDO_USER: sudo } = process.env;
  if (sudo !== undefined && sudo !== '') return sudo;
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
