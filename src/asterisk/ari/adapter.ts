/**
 * Asterisk over ARI, for those who run it without AMI: the port, put together from its parts. It never asks for what
 * has a password in it. It sees less than the AMI adapter does:
 *
 * - No login is announced: `authenticated` never comes, and a contact's source is only what its URI claims. Where
 *   `rewrite_contact=yes` (FreePBX's default), Asterisk has put the true source there itself.
 * - A refresh is silent: another User-Agent at the same contact is seen when its turn to be looked at comes, within
 *   ten seconds for up to 500 contacts and 20 ms more for each further one; at once where pjsip.conf has
 *   `send_contact_status_on_update_registration=yes`. New and gone contacts are told at once.
 * - AstDB needs the dialplan's help (`errand.ts`), and contacts are listed only where Asterisk keeps them in AstDB.
 * - `pjsip reload` is seen by endpoints that came or went, within half a minute.
 * - No call is hung up: without the true source of a REGISTER, a thief's calls cannot be told from the phone's.
 * - What the dialplan does cannot be shown, only whether there is anything.
 */
import { EventEmitter } from 'node:events';
import type { Contact } from '../../domain/contact.ts';
import { systemTimers } from '../ami/timers.ts';
import {
  type Asterisk,
  AsteriskError,
  type AsteriskEvents,
  type Channel,
  type Extension,
  type StoredContact,
} from '../port.ts';
import { contactsOf, listContacts, lookUp } from './contacts.ts';
import { AriDatabase } from './database.ts';
import { storedContacts, takeBack } from './eviction.ts';
import { listEndpoints, listExtensions } from './extensions.ts';
import { checkGlobalName, checkValue, isPath } from './names.ts';
import { withReader } from './reader.ts';
import { RefreshPoll } from './refresh-poll.ts';
import { AriSession } from './session.ts';
import type { AriAsteriskOptions } from './settings.ts';

export type { AriAsteriskOptions } from './settings.ts';

/**
 * `down` comes once for each `up`, and besides once when ARI refuses the credentials, because nobody but an operator
 * can help then.
 * @throws AsteriskError `malformed` where the URL is not scheme, host and port
 */
export function createAriAsterisk(options: AriAsteriskOptions): Asterisk {
  return new AriAsterisk(options);
}

class AriAsterisk extends EventEmitter<AsteriskEvents> implements Asterisk {
  readonly #options: AriAsteriskOptions;
  readonly #session: AriSession;
  readonly #database: AriDatabase;
  readonly #poll: RefreshPoll;

  constructor(options: AriAsteriskOptions) {
    super();
    this.#options = options;
    const session = new AriSession(options);
    this.#session = session;
    this.#database = new AriDatabase(session);
    this.#poll = new RefreshPoll({
      lookUp: (id) => lookUp(session, id),
      listEndpoints: () => listEndpoints(session),
      onChange: (change) => this.emit('contactChanged', change),
      onReloaded: () => this.emit('reloaded'),
      timing: session.timing,
      timers: options.timers ?? systemTimers,
      logger: options.logger,
    });
    session.on('up', (info) => {
      this.#poll.start();
      this.emit('up', info);
    });
    session.on('down', (why) => {
      this.#poll.stop();
      this.emit('down', why);
    });
    session.on('contact', ({ aor, uri, removed }) => this.emit('contactChanged', { aor, uri, removed }));
  }

  get connected(): boolean {
    return this.#session.isUp;
  }

  start(): void {
    this.#session.start();
  }

  async stop(): Promise<void> {
    this.#poll.stop();
    await this.#session.stop();
  }

  async listContacts(): Promise<Contact[]> {
    const contacts = await listContacts(this.#session);
    this.#poll.learnAll(contacts);
    return contacts;
  }

  async contactsOf(aor: string, known: readonly string[], uris: readonly string[]): Promise<Contact[]> {
    const contacts = await contactsOf(this.#session, aor, known, uris);
    this.#poll.learn(known, contacts);
    return contacts;
  }

  async listExtensions(): Promise<Extension[]> {
    return listExtensions(this.#session, this.#database, this.#options);
  }

  async setGlobal(name: string, value: string): Promise<void> {
    const parameters = { variable: checkGlobalName(name), value: checkValue(value) };
    await this.#session.call('asterisk', 'setGlobalVar', parameters);
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
    return storedContacts(this.#session, ids);
  }

  async takeBack(
    _aor: string,
    evict: readonly string[],
    restore: readonly StoredContact[],
  ): Promise<string[]> {
    return takeBack(this.#session, evict, restore);
  }

  /** Asterisk itself made what was put back: nothing stands in. */
  async settle(): Promise<void> {}

  async channelsOf(): Promise<Channel[]> {
    throw new AsteriskError('refused', 'over ARI it is not known whose calls they are');
  }

  async hangUp(channel: string): Promise<void> {
    await this.#session.call('channels', 'hangup', { channelId: channel });
  }

  /** Empty where there is nothing; rejects with `refused` where there is something, because ARI cannot show it. */
  async dialplanOf(context: string, exten: string): Promise<string[]> {
    if (!isPath(context) || !isPath(exten)) {
      throw new AsteriskError(
        'malformed',
        'a context or extension has a character that ARI must not be sent',
      );
    }
    const exists = await withReader(this.#session, (read) => read(`DIALPLAN_EXISTS(${context},${exten},1)`));
    if (exists !== '1') return [];
    throw new AsteriskError('refused', 'ARI cannot show the dialplan, only that this extension exists');
  }
}
