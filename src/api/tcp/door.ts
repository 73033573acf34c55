/**
 * The API and the page on TCP: open while somebody could sign in, closed while there is neither a user nor a token. Whatever
 * keeps it from opening is said and harms nothing else: calls and the Unix socket do not depend on it.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { Sessions } from '../../access/sessions.ts';
import { messageOf } from '../../domain/message-of.ts';
import type { Logger } from '../../log/logger.ts';
import type { AccountChange, Accounts } from '../../operator/accounts.ts';
import { closeApp, makeApp } from '../app.ts';
import type { ConsoleView } from '../shapes.ts';
import { Answers, guard, HEADERS } from './guard.ts';
import { readListen, urlOf } from './hosts.ts';
import { pageRoutes, readPage } from './page.ts';
import { sessionRoutes } from './session-routes.ts';

const MAX_CONNECTIONS = 100;
const SWEEP_MS = 30_000;

export interface ConsoleOptions {
  /** `127.0.0.1:4581`; empty is off. */
  readonly listen: string;
  readonly names: readonly string[];
  /** PEM files; empty is plain HTTP. */
  readonly tlsCert: string;
  readonly tlsKey: string;
  /** The folder of the built page. */
  readonly page: string;
}

export interface DoorOptions {
  readonly console: ConsoleOptions;
  readonly accounts: Accounts;
  readonly logger: Logger;
  readonly now: () => number;
  /** Adds the routes that the Unix socket has too. */
  readonly addRoutes: (app: FastifyInstance) => void;
}

export class Door {
  readonly #options: DoorOptions;
  readonly #answers = new Answers();
  readonly #sessions: Sessions;
  readonly #timer: NodeJS.Timeout;
  #app: FastifyInstance | undefined;
  #state: ConsoleView = { url: null, failure: null };
  #isClosing = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#sessions = new Sessions(steady, (session) => this.#answers.end(session));
    options.accounts.onChange((change) => this.#onChange(change));
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  /** Where it is open, or why it is not. */
  get state(): ConsoleView {
    return this.#state;
  }

  /** Opens or closes it, as the configuration and the accounts want it now. Never rejects. */
  settle(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#settle());
    return this.#queue;
  }

  /** Reads the certificate again, as after its renewal. The old one stays where the new one is no good. */
  renewCertificate(): void {
    const { console: wished, logger } = this.#options;
    const server = this.#app?.server;
    try {
      const tls = readTls(wished);
      if (server instanceof TlsServer && tls !== undefined) server.setSecureContext(tls);
    } catch (error) {
      logger.error({ err: error }, "the console's certificate cannot be read again");
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await this.settle();
  }

  async #settle(): Promise<void> {
    const { console: wished, accounts, logger } = this.#options;
    const isWanted = wished.listen !== '' && !accounts.isEmpty && !this.#isClosing;
    try {
      if (isWanted && this.#app === undefined) await this.#open();
      else if (!isWanted) await this.#shut();
    } catch (error) {
      await this.#shut();
      const why = messageOf(error);
      this.#state = { url: null, failure: `The console cannot listen on ${wished.listen}: ${why}` };
      logger.error(
        { event: 'console-failed', err: error },
        'the console cannot be opened; calls are not affected',
      );
    }
  }

  async #open(): Promise<void> {
    const { console: wished, accounts, logger, addRoutes } = this.#options;
    const [listen, tls] = [readListen(wished.listen), readTls(wished)];
    const app = makeApp({ logger, maxConnections: MAX_CONNECTIONS, tls, headers: HEADERS });
    this.#app = app;
    const sessions = this.#sessions;
    guard(app, { accounts, sessions, listen, names: wished.names }, this.#answers);
    pageRoutes(app, await readPage(wished.page));
    addRoutes(app);
    sessionRoutes(app, { accounts, sessions, logger, now: steady, isTls: tls !== undefined });
    await app.ready();
    app.server.listen(listen.port, listen.host);
    await once(app.server, 'listening');
    app.server.on('error', (error) => logger.error({ err: error }, 'the console has a fault'));
    const { port } = app.server.address() as AddressInfo;
    this.#state = { url: urlOf({ ...listen, port }, wished.names, tls !== undefined), failure: null };
    logger.info({ event: 'console-open', url: this.#state.url }, 'the console is open');
  }

  async #shut(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    this.#state = { url: null, failure: null };
    if (app !== undefined) await closeApp(app);
  }

  #onChange(change: AccountChange): void {
    if (change.kind === 'user') this.#sessions.endOf(change.name);
    else this.#answers.endWhere((by) => 'id' in by && by.id === change.id);
    void this.settle();
  }

  #sweep(): void {
    this.#sessions.sweep();
    const now = this.#options.now();
    this.#answers.endWhere((by) => 'expires' in by && typeof by.expires === 'number' && by.expires <= now);
  }
}

/** Of waits and sessions: a clock that is set back makes neither longer. */
function steady(): number {
  return performance.now();
}

function readTls({ tlsCert, tlsKey }: ConsoleOptions): { cert: string; key: string } | undefined {
  if (tlsCert === '') return undefined;
  return { cert: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') };
}
