/**
 * Keeps a logged-in connection to Asterisk's manager, for ever: connects, logs in, waits until Asterisk has booted,
 * and begins anew when the connection goes. Between two connections it queues nothing: every request rejects at once.
 */
import { EventEmitter } from 'node:events';
import type { Logger } from '../../log/logger.ts';
import { AsteriskError, type AsteriskInfo } from '../port.ts';
import type { Field } from './action.ts';
import { reconnectDelay, refusedDelay } from './backoff.ts';
import { Boot } from './boot.ts';
import { AmiConnection } from './connection.ts';
import { type AmiCredentials, LoginRefused, logIn } from './login.ts';
import type { AmiMessage } from './message.ts';
import type { AmiRequests, TakeEvent } from './requests.ts';
import { AMI_TIMING, type AmiClientOptions, type AmiTiming } from './settings.ts';
import { type AmiEndpoint, openSocket } from './socket.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface AmiClientEvents {
  up: [info: AsteriskInfo];
  /** Once for each `up`, and once when a login is refused, however often it is refused in a row. */
  down: [why: string];
  event: [message: AmiMessage];
}

export class AmiClient extends EventEmitter<AmiClientEvents> implements AmiRequests {
  readonly #endpoint: AmiEndpoint;
  readonly #credentials: AmiCredentials;
  readonly #logger: Logger;
  readonly #timing: AmiTiming;
  readonly #timers: Timers;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #connection: AmiConnection | undefined;
  #isUp = false;
  #trouble = 'not connected to Asterisk yet';
  #failures = 0;
  #isRefused = false;

  constructor({ endpoint, credentials, logger, timing, timers = systemTimers }: AmiClientOptions) {
    super();
    this.#endpoint = endpoint;
    this.#credentials = credentials;
    this.#logger = logger;
    this.#timing = { ...AMI_TIMING, ...timing };
    this.#timers = timers;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  start(): void {
    if (!this.#stopping.signal.aborted) this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#connection?.logoff();
    await this.#running;
  }

  async request(action: string, fields: readonly Field[] = []): Promise<AmiMessage> {
    const { response } = await this.#live(action).send(action, fields, this.#timing.action);
    return response;
  }

  async list(
    action: string,
    fields: readonly Field[] = [],
    take?: TakeEvent,
  ): Promise<readonly AmiMessage[]> {
    const { events } = await this.#live(action).send(action, fields, this.#timing.list, take);
    return events;
  }

  #live(action: string): AmiConnection {
    if (this.#isUp && this.#connection !== undefined) return this.#connection;
    throw new AsteriskError('disconnected', `${action} was not sent: ${this.#trouble}`);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      let isRefused = false;
      try {
        await this.#connectOnce();
      } catch (error) {
        // A bug, ours or a listener's, is not a reason to connect again.
        if (!(error instanceof LoginRefused || error instanceof AsteriskError)) throw error;
        isRefused = error instanceof LoginRefused;
        if (!this.#stopping.signal.aborted) this.#tellOf(error);
      }
      const { backoff } = this.#timing;
      const wait = isRefused
        ? refusedDelay(backoff, this.#timers)
        : reconnectDelay(this.#failures++, backoff, this.#timers);
      await this.#pause(wait);
    }
  }

  /** From connecting to the close of a connection that was up; throws where it never came up. */
  async #connectOnce(): Promise<void> {
    const { signal } = this.#stopping;
    const socket = await openSocket(this.#endpoint, this.#timing.connect, this.#timers, signal);
    const connection = new AmiConnection(socket, this.#timing, this.#timers);
    this.#connection = connection;
    const boot = new Boot(connection, this.#timing.boot, this.#timers);
    try {
      await connection.banner;
      await logIn(connection, this.#credentials, this.#timing.login);
      const version = await askVersion(connection, this.#timing.login);
      if ((await boot.finished) === 'silent') this.#warnOfSilence();
      if (signal.aborted) return;
      await this.#serve(connection, { version });
    } finally {
      boot.forget();
      connection.close('gave up');
      this.#connection = undefined;
    }
  }

  async #serve(connection: AmiConnection, info: AsteriskInfo): Promise<void> {
    let shutdown = '';
    let isLateBoot = false;
    connection.on('event', (message) => {
      if (message.event === 'Shutdown') {
        shutdown = message.text('Restart') === 'True' ? 'Asterisk restarts' : 'Asterisk shuts down';
      }
      if (message.event === 'FullyBooted') {
        // It had not booted when it was taken to have: what was listed since may lack modules.
        isLateBoot = true;
        connection.close('Asterisk has only now finished booting');
        return;
      }
      this.emit('event', message);
    });
    const cancelStable = this.#timers.after(this.#timing.stable, () => {
      this.#failures = 0;
    });
    this.#isUp = true;
    this.#isRefused = false;
    this.#logger.info({ version: info.version }, 'connected to Asterisk');
    this.emit('up', info);
    const closed = await connection.closed;
    cancelStable();
    const why = isLateBoot || shutdown === '' ? closed : shutdown;
    this.#isUp = false;
    this.#trouble = why;
    if (this.#stopping.signal.aborted) this.#logger.info({ why }, 'disconnected from Asterisk');
    else this.#logger.warn({ why }, 'disconnected from Asterisk');
    this.emit('down', why);
  }

  /** Says why it does not come up: once, as long as the reason is the same. */
  #tellOf(error: AsteriskError | LoginRefused): void {
    const why = error.message;
    const isNews = why !== this.#trouble;
    this.#trouble = why;
    if (!(error instanceof LoginRefused)) {
      if (isNews) this.#logger.warn({ why }, 'cannot connect to Asterisk, trying on');
    } else if (!this.#isRefused) {
      this.#isRefused = true;
      this.#logger.error({ why }, 'Asterisk refuses the login, trying on slowly');
      this.emit('down', why);
    }
  }

  #warnOfSilence(): void {
    const context = { user: this.#credentials.user, waitedMs: this.#timing.boot };
    this.#logger.warn(
      context,
      'Asterisk never said that it has booted: does the AMI user have read = system,security?',
    );
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#timers.after(ms, done);
      signal.addEventListener('abort', done, { once: true });
      function done() {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}

async function askVersion(connection: AmiConnection, deadline: number): Promise<string> {
  const { response } = await connection.send('CoreSettings', [], deadline);
  return response.text('AsteriskVersion') ?? 'unknown';
}
