/**
 * The Unix socket's file: made for its owner and group alone from the first moment, never taken from a living process.
 * Its mode is the API's only guard.
 */
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { messageOf } from '../domain/message-of.ts';

const MODE = 0o660;
/** sockaddr_un holds 108 bytes with the closing NUL. */
const MAX_PATH = 107;
const ASK_MS = 1000;

export class SocketError extends Error {
  override readonly name = 'SocketError';
  readonly hint: string;
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/**
 * Makes the server listen. A socket that a dead process left is replaced. Rejects with a {@link SocketError}.
 * @param group a group's name or number; empty leaves the process's own
 */
export async function listenOn(server: Server, path: string, group: string): Promise<void> {
  if (Buffer.byteLength(path) > MAX_PATH) {
    throw new SocketError(
      `The socket's path is longer than ${MAX_PATH} bytes: ${path}`,
      'Choose a shorter socket in [api].',
    );
  }
  const gid = group === '' ? undefined : groupId(group);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    await clearAway(path);
    await bind(server, path);
    chmodSync(path, MODE);
    if (gid !== undefined) chownSync(path, -1, gid);
  } catch (error) {
    if (error instanceof SocketError) throw error;
    const why = messageOf(error);
    throw new SocketError(
      `The socket ${path} cannot be made: ${why}`,
      'Give its folder to the user of the service, or choose another socket in [api].',
      { cause: error },
    );
  }
}

async function clearAway(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new SocketError(`${path} exists and is not a socket.`, 'Move it away, or choose another in [api].');
  }
  if (await isAlive(path)) {
    throw new SocketError(
      `Another process answers on ${path} already.`,
      'Only one Device Lock may run with one configuration: stop the other one first.',
    );
  }
  unlinkSync(path);
}

/** A process that accepts, or is too busy to, is alive; only a refusal says that nobody is there. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const timer = setTimeout(() => finish(() => resolve(true)), ASK_MS);
    socket.once('connect', () => finish(() => resolve(true)));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') finish(() => resolve(false));
      else finish(() => reject(error));
    });
  });
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    // The file is made inside listen(): nobody else can connect in the moment before chmod.
    const umask = process.umask(0o777 & ~MODE);
    try {
      server.listen(path);
    } finally {
      process.umask(umask);
    }
  });
}

function groupId(group: string): number {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${group}:`));
  const gid = Number(line?.split(':')[2]);
  if (Number.isInteger(gid)) return gid;
  throw new SocketError(`There is no group ${group}.`, 'Correct group in [api], or leave it empty.');
}
