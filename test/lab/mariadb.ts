/**
 * A real MariaDB in a root of its own, on a Unix socket alone, with an empty database `asterisk`. Its client is run by a
 * command `mysql` that a test puts on its PATH.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mariadbRoot } from './cache.ts';
import { buildRoot } from './root.ts';
import { until } from './until.ts';

/** The server and the client, without what would start them. */
export const MARIADB_PACKAGES = 'mariadb-server-core,mariadb-client-core';

const run = promisify(execFile);
const STARTS_MS = 60_000;
const ENDS_MS = 20_000;
/** It refuses to run as root. */
const OWNER = 'nobody';

export class Mariadb implements AsyncDisposable {
  /** As the client names it. */
  readonly socket: string;
  /** Of a folder with the command `mysql`, for PATH. */
  readonly commands: string;
  readonly #home: string;

  readonly #server: ChildProcess;

  private constructor(inside: string, server: ChildProcess) {
    this.#home = join(mariadbRoot(), inside);
    this.socket = `${inside}/mysqld.sock`;
    this.commands = join(this.#home, 'bin');
    this.#server = server;
  }

  /** Builds the root first where it is not there (a minute). */
  static async start(): Promise<Mariadb> {
    const root = mariadbRoot();
    await buildRoot(root, 'bookworm', MARIADB_PACKAGES);
    const inside = `/lab/mariadb-${randomBytes(6).toString('hex')}`;
    const home = join(root, inside);
    await mkdir(join(home, 'bin'), { recursive: true });
    await run('chroot', [root, 'chown', OWNER, inside]);
    const data = [`--datadir=${inside}/data`, `--user=${OWNER}`, '--no-defaults'];
    await run(
      'chroot',
      [
        root,
        'mariadb-install-db',
        '--no-defaults',
        ...data.slice(0, 2),
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--force',
      ],
      { timeout: STARTS_MS },
    );
    const server = spawn(
      'chroot',
      [
        ...[root, 'mariadbd', '--no-defaults', ...data.slice(0, 2), '--skip-networking'],
        ...[`--socket=${inside}/mysqld.sock`, `--pid-file=${inside}/pid`, '--innodb-buffer-pool-size=16M'],
      ],
      { stdio: 'ignore' },
    );
    const mariadb = new Mariadb(inside, server);
    const client = `#!/bin/sh\nexec chroot ${root} mariadb "$@"\n`;
    await writeFile(join(mariadb.commands, 'mysql'), client);
    await chmod(join(mariadb.commands, 'mysql'), 0o755);
    await until('MariaDB answers', STARTS_MS, async () => {
      if (server.exitCode !== null) throw new Error(`mariadbd ended with ${server.exitCode}`);
      return mariadb.execute('CREATE DATABASE IF NOT EXISTS asterisk').then(
        () => true,
        () => false,
      );
    });
    return mariadb;
  }

  /** As its root, without a password. */
  async execute(sql: string): Promise<void> {
    await run(join(this.commands, 'mysql'), [
      '--no-defaults',
      `--socket=${this.socket}`,
      '--user=root',
      '--execute',
      sql,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGTERM');
    const timer = setTimeout(() => this.#server.kill('SIGKILL'), ENDS_MS);
    if (this.#server.exitCode === null) await ended;
    clearTimeout(timer);
    await rm(this.#home, { recursive: true, force: true });
  }
}
