/**
 * Asterisk over AMI: the port, put together from its parts. It holds no state of its own but the connection, and
 * asks for nothing whose answer has a password in it.
 */
import { EventEmitter } from 'node:events';
import type { Contact } from '../../domain/contact.ts';
import type { Logger } from '../../log/logger.ts';
import {
  type Asterisk,
  AsteriskError,
  type AsteriskEvents,
  type Channel,
  type Extension,
  type StoredContact,
} from '../port.ts';
import { AsteriskClock } from './asterisk-clock.ts';
import { channelsOf, hangUp } from './channels.ts';
import { AmiClient } from './client.ts';
import { ContactEviction } from './contact-eviction.ts';
import { ContactFunctions } from './contact-functions.ts';
import { ContactLookup } from './contact-lookup.ts';
import { AmiDatabase } from './database.ts';
import { dialplanOf } from './dialplan.ts';
import { readEvent } from './events.ts';
import { type ExtensionOptions, type ExtensionSource, listExtensions } from './extensions.ts';
import type { AmiTiming } from './settings.ts';
import type { AmiTls } from './socket.ts';
import { systemTimers, type Timers } from './timers.ts';

/**
 * The AMI user needs `read = system,security` and `write = system,call,reporting`, and nothing more; on an Asterisk
 * too old for DBGetTree also `write = command`.
 */
export interface AmiAsteriskOptions {
  /** `127.0.0.1` where nothing is said. */
  readonly host?: string | undefined;
  /** 5038, or 5039 with TLS, where nothing is said. */
  readonly port?: number | undefined;
  readonly tls?: AmiTls | undefined;
  readonly user: string;
  readonly secret: string;
  /** `auto` where nothing is said. */
  readonly extensionSource?: ExtensionSource | undefined;
  /** Endpoints that are trunks though they log in here; FreePBX's are known without this. */
  readonly trunks?: readonly string[] | undefined;
  readonly logger: Logger;
  readonly timing?: Partial<AmiTiming> | undefined;
  readonly timers?: Timers | undefined;
}

/**
 * `down` comes once for each `up`, and besides once when Asterisk refuses the login, because nobody but an operator
 * can help then.
 */
export function createAmiAsterisk(options: AmiAsteriskOptions): Asterisk {
  return new AmiAsterisk(options);
}

const GLOBAL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

class AmiAsterisk extends EventEmitter<AsteriskEvents> implements Asterisk {
  readonly #client: AmiClient;
  readonly #database: AmiDatabase;
  readonly #lookup: ContactLookup;
  readonly #eviction: ContactEviction;
  readonly #extensionOptions: ExtensionOptions;

  constructor(options: AmiAsteriskOptions) {
    super();
    const { host = '127.0.0.1', tls, user, secret, logger, timing, timers = systemTimers } = options;
    const port = options.port ?? (tls === undefined ? 5038 : 5039);
    this.#client = new AmiClient({
      endpoint: { host, port, tls },
      credentials: { user, secret },
      logger,
      timing,
      timers,
    });
    this.#database = new AmiDatabase(this.#client);
    const functions = new ContactFunctions(this.#client);
    this.#lookup = new ContactLookup({
      client: this.#client,
      database: this.#database,
      functions,
      clock: new AsteriskClock(this.#client, timers),
      logger,
    });
    this.#eviction = new ContactEviction({ database: this.#database, functions, lookup: this.#lookup });
    this.#extensionOptions = { source: options.extensionSource ?? 'auto', trunks: options.trunks ?? [] };
    this.#forwardEvents();
  }

  get connected(): boolean {
    return this.#client.isUp;
  }

  start(): void {
    this.#client.start();
  }

  async stop(): Promise<void> {
    await this.#client.stop();
  }

  async listContacts(): Promise<Contact[]> {
    return this.#lookup.all();
  }

  async contactsOf(aor: string, known: readonly string[], uris: readonly string[]): Promise<Contact[]> {
    return this.#lookup.ofAor(aor, known, uris);
  }

  async listExtensions(): Promise<Extension[]> {
    return listExtensions(this.#client, this.#database, this.#extensionOptions);
  }

  async setGlobal(name: string, value: string): Promise<void> {
    // Parentheses would call a dialplan function instead.
    if (!GLOBAL_NAME.test(name)) throw new AsteriskError('malformed', 'a global variable has no such name');
    await this.#client.request('Setvar', [
      ['Variable', name],
      ['Value', value],
    ]);
  }

  async databasePut(family: string, key: string, value: string): Promise<void> {
    await this.#database.put(family, key, value);
  }

  async databaseDelete(family: string, key: string): Promise<void> {
    await this.#database.delete(family, key);
  }

  async databaseTree(family: string): Promise<Map<string, string>> {
    return this.#database.tree(family);
  }

  async storedContacts(ids: readonly string[]): Promise<StoredContact[]> {
    return this.#eviction.stored(ids);
  }

  async takeBack(
    aor: string,
    evict: readonly string[],
    restore: readonly StoredContact[],
  ): Promise<string[]> {
    return this.#eviction.takeBack(aor, evict, restore);
  }

  async settle(aor: string): Promise<void> {
    await this.#eviction.settle(aor);
  }

  async channelsOf(endpoint: string): Promise<Channel[]> {
    return channelsOf(this.#client, endpoint);
  }

  async hangUp(channel: string): Promise<void> {
    await hangUp(this.#client, channel);
  }

  async dialplanOf(context: string, exten: string): Promise<string[]> {
    return dialplanOf(this.#client, context, exten);
  }

  #forwardEvents(): void {
    this.#client.on('up', (info) => {
      this.#lookup.forget();
      this.#eviction.forget();
      this.emit('up', info);
    });
    this.#client.on('down', (why) => this.emit('down', why));
    this.#client.on('event', (message) => {
      const happening = readEvent(message);
      if (happening?.kind === 'contactChanged') this.emit('contactChanged', happening.change);
      else if (happening?.kind === 'authenticated') this.emit('authenticated', happening.login);
      else if (happening?.kind === 'reloaded') this.emit('reloaded');
    });
  }
}
