/**
 * Follows the registrations. Events only mark an AOR as changed; a coalesced look-up, one at a time an AOR and a few at a
 * time in all, says what it is now. On every connect everything is listed whole, and a slow sweep catches what no event
 * told. It judges nothing and writes nothing: it hands contacts on.
 */
import type { Asterisk, Extension } from '../asterisk/port.ts';
import { type Contact, isMove, isRefresh, isStray } from '../domain/contact.ts';
import { putLatest } from '../domain/put-latest.ts';
import type { Logger } from '../log/logger.ts';
import { Sources } from './sources.ts';

export interface TrackerOptions {
  readonly asterisk: Asterisk;
  readonly logger: Logger;
  readonly now: () => number;
  /** The contacts of one extension, at all its AORs, are now these. `listed`: said by a whole list, not by an event. */
  readonly onContacts: (extension: string, contacts: readonly Contact[], listed: boolean) => void;
  /** A whole list has been handed on. */
  readonly onListed: () => void;
  /** Awaited before the contacts are listed. */
  readonly onExtensions: (extensions: ReadonlyMap<string, string | undefined>) => Promise<void>;
  /** Contacts remembered from before the start: their seen sources still hold. */
  readonly remembered: readonly Contact[];
  /** Waited for now and then while much is handed on: lets calls have their turn. */
  readonly pace: () => Promise<void>;
  /** Between two sweeps, in milliseconds. */
  readonly sweepEvery: number;
}

/** AORs handed on before calls get their turn. */
const SLICE = 100;
/** The same of what is only sorted. */
const LIGHT_SLICE = 2000;
/** Look-ups under way at once. */
const CONCURRENCY = 32;
/** Asterisk stores a contact just after it reports the login; a look-up that saw no change asks again after these. */
const ASK_AGAIN_MS = [50, 400];
const RELOAD_SETTLES_MS = 500;
const LIST_AGAIN_MS = 5000;
/** What is gone may have been replaced by then. */
const SETTLES_MS = 300;
/** After a list the next that something strange asks for waits so long, and so many times as long as the list took. */
const REST_MS = 1000;
const REST_TIMES = 10;
const LONGEST_REST_MS = 60_000;
/** An endpoint or AOR this long is not one; the text is an attacker's until Asterisk has authenticated it. */
const MAX_NAME = 80;
const MAX_PUT_BACK = 10_000;
/** Removed contacts of one AOR that are asked for, and such AORs. */
const MAX_REMOVED = 8;
const MAX_REMOVED_AT = 10_000;

interface Mark {
  readonly uris: Set<string>;
  /** Which of {@link ASK_AGAIN_MS} comes next if nothing changed. */
  attempt: number;
}

export class Tracker {
  readonly #options: TrackerOptions;
  readonly #sources = new Sources();
  /** AOR → contact id → contact, as last handed on. */
  readonly #known = new Map<string, Map<string, Contact>>();
  /** Endpoint → the AORs where it has contacts. On FreePBX that is the one of its own name. */
  readonly #aorsOf = new Map<string, Set<string>>();
  readonly #remembered: Map<string, Contact>;
  /** Contacts that Device Lock puts back, as they were: until their phone registers, what was known of them holds. */
  readonly #putBack = new Map<string, Contact>();
  /** AOR → ids that were removed there, the latest last. One that comes back may do so without an event of its own. */
  readonly #removed = new Map<string, Set<string>>();
  readonly #marks = new Map<string, Mark>();
  readonly #busy = new Set<string>();
  /** AORs where contacts were removed or put back since they were asked for: what is answered is not so any more. */
  readonly #overtaken = new Set<string>();
  readonly #overtakenList = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Look-ups wait while the whole list is read. */
  #listing = false;
  /** Asked for while a list was being read. */
  #listAgain = false;
  #connection = 0;
  #reload: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  /** Milliseconds since the epoch. */
  #restUntil = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#remembered = new Map(options.remembered.map((contact) => [contact.id, contact]));
  }

  start(): void {
    const { asterisk, sweepEvery } = this.#options;
    asterisk.on('up', () => void this.#list(++this.#connection));
    asterisk.on('down', () => {
      this.#connection++;
      this.#marks.clear();
    });
    asterisk.on('contactChanged', ({ aor, uri }) => this.#mark(aor, uri));
    asterisk.on('authenticated', ({ endpoint, address, callId }) => {
      if (endpoint.length > MAX_NAME) return;
      if (address !== undefined) this.#sources.note(endpoint, callId, address, this.#options.now());
      for (const aor of this.#aorsOf.get(endpoint) ?? [endpoint]) this.#mark(aor, undefined);
    });
    asterisk.on('reloaded', () => {
      clearTimeout(this.#reload);
      this.#reload = this.#after(RELOAD_SETTLES_MS, () => void this.#list(this.#connection));
    });
    this.#sweep = setInterval(() => void this.#list(this.#connection), sweepEvery);
  }

  stop(): void {
    this.#connection++;
    clearInterval(this.#sweep);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** AORs whose look-up waits or is under way. */
  get pending(): number {
    return this.#marks.size + this.#busy.size;
  }

  /** These are about to be put back as they were: where they are seen again, no REGISTER came. */
  puttingBack(contacts: readonly Contact[]): void {
    for (const contact of contacts) putLatest(this.#putBack, contact.id, contact, MAX_PUT_BACK);
  }

  /** It is as it was when it was put back. */
  isPutBack(contact: Contact): boolean {
    const was = this.#putBack.get(contact.id);
    return was !== undefined && !isRefresh(was, contact);
  }

  /**
   * Contacts of this AOR were removed, and these put back. A look-up then shows whether a thief was back at once, with the very same contact.
   */
  tookBack(aor: string, removed: readonly Contact[], restored: readonly Contact[]): void {
    const before = this.#known.get(aor);
    const known = new Map(before);
    for (const { id } of removed) known.delete(id);
    this.#watch(aor, removed);
    if (this.#busy.has(aor)) this.#overtaken.add(aor);
    if (this.#listing) this.#overtakenList.add(aor);
    for (const contact of restored) known.set(contact.id, contact);
    if (known.size === 0) this.#known.delete(aor);
    else this.#known.set(aor, known);
    for (const extension of this.#extensionsAt(aor, before, [...known.values()])) {
      this.#options.onContacts(extension, this.#contactsOf(extension), false);
    }
    for (const { uri } of [...removed, ...restored]) this.#mark(aor, uri);
  }

  #watch(aor: string, removed: readonly Contact[]): void {
    const ids = new Set([...(this.#removed.get(aor) ?? []), ...removed.map(({ id }) => id)]);
    putLatest(this.#removed, aor, new Set([...ids].slice(-MAX_REMOVED)), MAX_REMOVED_AT);
  }

  /** A contact that is gone went by its phone's own word. */
  hasLeft(contact: Contact): boolean {
    return this.#sources.hasLeft(contact, this.#options.now());
  }

  /** Lists everything now, as after a connect; resolves when it was handed on, or failed. */
  relist(): Promise<void> {
    return this.#list(this.#connection);
  }

  async #list(connection: number): Promise<void> {
    const { asterisk, logger, now, onExtensions, onListed } = this.#options;
    if (!asterisk.connected) return;
    if (this.#listing) {
      this.#listAgain = true;
      return;
    }
    this.#listing = true;
    this.#listAgain = false;
    this.#overtakenList.clear();
    const began = now();
    try {
      const extensions = await asterisk.listExtensions();
      await onExtensions(await this.#namesOf(extensions));
      const byAor = await this.#byAor(await asterisk.listContacts());
      if (connection !== this.#connection) return;
      const gone = [...this.#known.keys()].filter((aor) => !byAor.has(aor));
      let done = 0;
      // An AOR that was marked meanwhile is handed on all the same: its look-up, which comes after, asks for what is known.
      for (const aor of [...byAor.keys(), ...gone]) {
        if (!this.#overtakenList.has(aor)) this.#handOn(aor, byAor.get(aor) ?? [], true);
        if (++done % SLICE !== 0) continue;
        await this.#options.pace();
        if (connection !== this.#connection) return;
      }
      this.#remembered.clear();
      onListed();
    } catch (error) {
      if (connection !== this.#connection) return;
      logger.warn({ err: error }, 'the registrations could not be listed; trying again');
      this.#after(LIST_AGAIN_MS, () => void this.#list(this.#connection));
    } finally {
      this.#listing = false;
      this.#restUntil = now() + Math.max(REST_MS, REST_TIMES * (now() - began));
      if (this.#listAgain || connection !== this.#connection) void this.#list(this.#connection);
      this.#pump();
    }
  }

  async #namesOf(extensions: readonly Extension[]): Promise<Map<string, string | undefined>> {
    const names = new Map<string, string | undefined>();
    for (const { name, label } of extensions) {
      names.set(name, label);
      if (names.size % LIGHT_SLICE === 0) await this.#options.pace();
    }
    return names;
  }

  async #byAor(contacts: readonly Contact[]): Promise<Map<string, Contact[]>> {
    const byAor = new Map<string, Contact[]>();
    let done = 0;
    for (const contact of contacts) {
      const aor = aorOf(contact.id);
      const here = byAor.get(aor);
      if (here === undefined) byAor.set(aor, [contact]);
      else here.push(contact);
      if (++done % LIGHT_SLICE === 0) await this.#options.pace();
    }
    return byAor;
  }

  #mark(aor: string, uri: string | undefined, attempt = 0): void {
    if (aor.length > MAX_NAME) return;
    const mark = this.#marks.get(aor) ?? { uris: new Set<string>(), attempt };
    mark.attempt = Math.min(mark.attempt, attempt);
    if (uri !== undefined) mark.uris.add(uri);
    this.#marks.set(aor, mark);
    this.#pump();
  }

  #pump(): void {
    if (this.#listing || !this.#options.asterisk.connected) return;
    for (const [aor, mark] of this.#marks) {
      if (this.#busy.size >= CONCURRENCY) return;
      if (this.#busy.has(aor)) continue;
      this.#marks.delete(aor);
      this.#busy.add(aor);
      void this.#lookUp(aor, mark).finally(() => {
        this.#busy.delete(aor);
        this.#overtaken.delete(aor);
        this.#pump();
      });
    }
  }

  async #lookUp(aor: string, mark: Mark): Promise<void> {
    const connection = this.#connection;
    const { asterisk, logger } = this.#options;
    try {
      const known = new Set([...(this.#known.get(aor)?.keys() ?? []), ...(this.#removed.get(aor) ?? [])]);
      const contacts = await asterisk.contactsOf(aor, [...known], [...mark.uris]);
      if (connection !== this.#connection) return;
      // It is marked, and will be asked for anew.
      if (this.#overtaken.has(aor)) return;
      const vanished = this.#vanished(aor, contacts);
      if (vanished.length > 0) this.#after(SETTLES_MS, () => this.#listIfLost(aor, vanished));
      if (!this.#handOn(aor, contacts, false)) this.#askAgain(aor, mark);
    } catch (error) {
      if (connection !== this.#connection) return;
      logger.warn({ err: error, aor }, 'a look-up failed; asking again');
      this.#askAgain(aor, mark);
    }
  }

  /**
   * A contact is gone before its time, its phone did not say so, and nothing is seen in its place: it may have been taken by
   * one that no event names, because its URI is not UTF-8. Only a whole list shows that.
   */
  #vanished(aor: string, found: readonly Contact[]): readonly Contact[] {
    const known = this.#known.get(aor);
    if (known === undefined || this.#sources.isSilent || found.some(({ id }) => !known.has(id))) return [];
    const now = this.#options.now() / 1000;
    const gone = [...known.values()].filter(({ id }) => !found.some((one) => one.id === id));
    return gone.filter((contact) => contact.expires > now && !this.hasLeft(contact));
  }

  /** A look-up between the old contact and the new, or our own removal, is nothing strange. */
  #listIfLost(aor: string, vanished: readonly Contact[]): void {
    const [known, removed] = [this.#known.get(aor), this.#removed.get(aor)];
    if (known === undefined && vanished.some(({ id }) => removed?.has(id) !== true)) this.#listSoon();
  }

  #listSoon(): void {
    if (this.#soon !== undefined) return;
    const rest = () => Math.min(this.#restUntil - this.#options.now(), LONGEST_REST_MS);
    this.#soon = this.#after(Math.max(rest(), this.#listing ? REST_MS : 0), () => {
      this.#soon = undefined;
      if (this.#listing || rest() > 0) this.#listSoon();
      else void this.#list(this.#connection);
    });
  }

  #askAgain(aor: string, mark: Mark): void {
    const wait = ASK_AGAIN_MS[mark.attempt];
    if (wait === undefined) return;
    const connection = this.#connection;
    this.#after(wait, () => {
      if (connection !== this.#connection) return;
      for (const uri of mark.uris) this.#mark(aor, uri, mark.attempt + 1);
      if (mark.uris.size === 0) this.#mark(aor, undefined, mark.attempt + 1);
    });
  }

  /** True where something about the AOR is new. */
  #handOn(aor: string, found: readonly Contact[], listed: boolean): boolean {
    const before = this.#known.get(aor);
    const contacts = found.map((contact) => this.#prove(contact, before?.get(contact.id)));
    const isNew = !isSame(contacts, before);
    // A list tells only some of them.
    if (listed && contacts.some((contact) => isStray(contact) && !before?.has(contact.id))) this.#listSoon();
    if (contacts.length === 0) this.#known.delete(aor);
    else this.#known.set(aor, new Map(contacts.map((contact) => [contact.id, contact])));
    if (!isNew && !listed) return false;
    for (const extension of this.#extensionsAt(aor, before, contacts)) {
      this.#options.onContacts(extension, this.#contactsOf(extension), listed);
    }
    return isNew;
  }

  #prove(contact: Contact, before: Contact | undefined): Contact {
    const putBack = this.isPutBack(contact) ? this.#putBack.get(contact.id) : undefined;
    return this.#sources.prove(contact, putBack ?? before ?? this.#remembered.get(contact.id));
  }

  /** Whose contacts are or were at this AOR. */
  #extensionsAt(
    aor: string,
    before: ReadonlyMap<string, Contact> | undefined,
    now: readonly Contact[],
  ): Set<string> {
    const gone = new Set([...(before?.values() ?? [])].map(({ extension }) => extension));
    const here = new Set(now.map(({ extension }) => extension));
    for (const extension of gone) if (!here.has(extension)) this.#forget(extension, aor);
    for (const extension of here) {
      const aors = this.#aorsOf.get(extension) ?? new Set();
      this.#aorsOf.set(extension, aors.add(aor));
    }
    return gone.union(here);
  }

  #forget(extension: string, aor: string): void {
    const aors = this.#aorsOf.get(extension);
    aors?.delete(aor);
    if (aors?.size === 0) this.#aorsOf.delete(extension);
  }

  #contactsOf(extension: string): Contact[] {
    const aors = [...(this.#aorsOf.get(extension) ?? [])];
    return aors
      .flatMap((aor) => [...(this.#known.get(aor)?.values() ?? [])])
      .filter((contact) => contact.extension === extension);
  }

  #after(ms: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }
}

/** The AOR of a contact id, `<aor>;@<hash>`. */
export function aorOf(id: string): string {
  const at = id.lastIndexOf(';@');
  return at === -1 ? id : id.slice(0, at);
}

function isSame(contacts: readonly Contact[], before: ReadonlyMap<string, Contact> | undefined): boolean {
  if (contacts.length !== (before?.size ?? 0)) return false;
  return contacts.every((contact) => {
    const was = before?.get(contact.id);
    return was !== undefined && !isRefresh(was, contact) && !isMove(was, contact);
  });
}
