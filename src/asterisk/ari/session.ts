/**
 * Keeps a subscribed connection to ARI, for ever: checks the credentials, starts ari-client in its thread, subscribes,
 * watches it with pings, and makes it anew when it ends, however it ends. Between two connections it queues nothing.
 */
import { EventEmitter } from 'node:events';
import { messageOf } from '../../domain/message-of.ts';
import type { Logger } from '../../log/logger.ts';
import { reconnectDelay, refusedDelay } from '../ami/backoff.ts';
import { systemTimers, type Timers } from '../ami/timers.ts';
import { AsteriskError, type AsteriskInfo } from '../port.ts';
import { Arrivals } from './arrivals.ts';
import { type AriEvent, readEvent } from './events.ts';
import { Library } from './library.ts';
import { AriRefused, checkAri } from './preflight.ts';
import { ARI_TIMING, type AriAsteriskOptions, type AriTiming } from './settings.ts';
import { EVENT_TYPES, type LibrarySettings } from './thread-messages.ts';

export interface AriSessionEvents {
  up: [info: AsteriskInfo];
  /** Once for each `up`, and once when ARI refuses the credentials, however often it does in a row. */
  down: [why: string];
  contact: [change: Extract<AriEvent, { kind: 'contact' }>];
}

/** All registrations of all endpoints, without the events of every call that `subscribeAll` would bring. */
const SUBSCRIPTION = 'endpoint:PJSIP';
/** For the farewell: unsubscribing. */
const FAREWELL_MS = 400;

export class AriSession extends EventEmitter<AriSessionEvents> {
  readonly arrivals = new Arrivals();
  readonly application: string;
  readonly timing: AriTiming;
  readonly #settings: LibrarySettings;
  readonly #logger: Logger;
  readonly #timers: Timers;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #library: Library | undefined;
  #isUp = false;
  #trouble = 'not connected to ARI yet';
  #failures = 0;
  #isRefused = false;

  constructor(options: AriAsteriskOptions) {
    super();
    const {
      url,
      user,
      password,
      logger,
      application = 'device-lock',
      timing,
      timers = systemTimers,
    } = options;
    this.#settings = { url: originOf(url), user, password, application };
    this.application = application;
    this.timing = { ...ARI_TIMING, ...timing };
    this.#logger = logger;
    this.#timers = timers;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  start(): void {
    if (!this.#stopping.signal.aborted) this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    // Otherwise Asterisk keeps the application and its events although nobody listens.
    if (this.#isUp) await this.#unsubscribe().catch(() => undefined);
    this.#stopping.abort();
    await this.#library?.close('stopped');
    await this.#running;
  }

  /** Calls an operation of ARI by ari-client's names, while connected. */
  call(resource: string, operation: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown> {
    const library = this.#library;
    if (this.#isUp && library !== undefined) {
      return library.call(resource, operation, parameters, this.timing.call);
    }
    const why = `${resource}.${operation} was not sent: ${this.#trouble}`;
    return Promise.reject(new AsteriskError('disconnected', why));
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      let wait: number;
      try {
        await this.#connectOnce();
        wait = reconnectDelay(this.#failures++, this.timing.backoff, this.#timers);
      } catch (error) {
        wait = this.#fail(error);
      }
      await this.#pause(wait);
    }
  }

  /** From the first request to the end of a connection that was up; throws where it never came up. */
  async #connectOnce(): Promise<void> {
    const { signal } = this.#stopping;
    const { connect } = this.timing;
    const info = await checkAri(this.#settings, connect, signal);
    const library = new Library(this.#settings, {
      onEvent: (event) => this.#receive(event),
      onFault: (why) => this.#logger.warn({ why }, 'ari-client could not take an event, which is left out'),
    });
    this.#library = library;
    const cancelDeadline = this.#timers.after(
      connect,
      () => void library.close('ARI took too long to connect'),
    );
    try {
      await library.ready;
      await this.#subscribe(library);
      cancelDeadline();
      if (!signal.aborted) await this.#serve(library, info);
    } finally {
      cancelDeadline();
      this.#library = undefined;
      await library.close('gave up');
    }
  }

  async #subscribe(library: Library): Promise<void> {
    const { application: applicationName } = this;
    const { connect } = this.timing;
    // The filter first: a subscription of an earlier run may still be there and send what nobody reads.
    const filter = { allowed: EVENT_TYPES.map((type) => ({ type })) };
    try {
      await library.call('applications', 'filter', { applicationName, filter }, connect);
    } catch (error) {
      if (!(error instanceof AsteriskError) || error.fault !== 'refused') throw error;
      this.#logger.debug({ err: error }, 'Asterisk does not filter events, so they are dropped here');
    }
    await library.call('applications', 'subscribe', { applicationName, eventSource: SUBSCRIPTION }, connect);
  }

  async #serve(library: Library, info: AsteriskInfo): Promise<void> {
    const cancelStable = this.#timers.after(this.timing.stable, () => {
      this.#failures = 0;
    });
    const stopWatching = this.#watch(library);
    this.#isUp = true;
    this.#isRefused = false;
    this.#trouble = '';
    this.#logger.info({ version: info.version }, 'connected to Asterisk over ARI');
    this.emit('up', info);
    const why = await library.gone;
    cancelStable();
    stopWatching();
    this.#isUp = false;
    this.#trouble = why;
    this.arrivals.clear(why);
    if (!this.#stopping.signal.aborted) this.#logger.warn({ why }, 'disconnected from ARI');
    this.emit('down', why);
  }

  /** A peer that is gone without a word is found out by pings. */
  #watch(library: Library): () => void {
    let cancel: () => void;
    const next = () => {
      cancel = this.#timers.after(this.timing.pingEvery, () => {
        library
          .ping(this.timing.pingDeadline)
          .then(next, () => void library.close('ARI no longer answers pings'));
      });
    };
    next();
    return () => cancel();
  }

  #receive(raw: unknown): void {
    const event = readEvent(raw);
    if (event === undefined) return;
    if (event.kind !== 'contact') this.arrivals.note(event);
    else if (this.#isUp) this.emit('contact', event);
  }

  async #unsubscribe(): Promise<void> {
    const parameters = { applicationName: this.application, eventSource: SUBSCRIPTION };
    await this.#library?.call('applications', 'unsubscribe', parameters, FAREWELL_MS);
  }

  /** @returns milliseconds until the next attempt */
  #fail(error: unknown): number {
    const why = messageOf(error);
    const isNews = why !== this.#trouble;
    this.#trouble = why;
    if (this.#stopping.signal.aborted) return 0;
    this.#failures += 1;
    if (!(error instanceof AriRefused)) {
      if (isNews) this.#logger.warn({ why }, 'cannot connect to ARI, trying on');
      return reconnectDelay(this.#failures, this.timing.backoff, this.#timers);
    }
    if (!this.#isRefused) {
      this.#isRefused = true;
      this.#logger.error({ why }, 'ARI refuses the service, trying on slowly');
      this.emit('down', why);
    }
    return refusedDelay(this.timing.backoff, this.#timers);
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

/** ari-client drops a path without a word. @throws AsteriskError `malformed` */
function originOf(text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && url.pathname === '/' && url.search === '' && url.username === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url.origin;
  throw new AsteriskError('malformed', 'the address of ARI is not of the form http://host:port');
}
