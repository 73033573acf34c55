/**
 * All extensions in memory: what operators decided, what is registered, and so the standing a call is judged by. Reads
 * take no I/O and a bounded, small time; a change of policy is in force for the next call at once, because each row
 * notices by its version that it must be judged anew.
 */
import { type Contact, isMove, isRefresh } from '../domain/contact.ts';
import { type Grant, unexpired } from '../domain/grant.ts';
import type { Lock, LockSource } from '../domain/lock.ts';
import { compileLock, type TextTest, type UserAgentTest } from '../domain/matcher.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import {
  DEFAULT_SETTINGS,
  type ExtensionPolicy,
  NO_POLICY,
  type Options,
  optionsInForce,
  type Settings,
} from '../domain/policy.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import type { JudgedContact, Standing, StandingOf } from '../domain/verdict.ts';
import { compilePattern } from '../pattern/pattern.ts';
import { type ContactChange, GoneContacts } from './gone-contacts.ts';

/** The lock an extension has, where it comes from, and how it is applied. */
export interface LockInForce extends Options {
  readonly source: LockSource;
  readonly lock: Lock | undefined;
  /** What it accepts besides, for a time; none where no lock is in force. */
  readonly grants: readonly Grant[];
}

interface Row {
  readonly name: string;
  label: string | undefined;
  /** Asterisk lists it as an extension. */
  listed: boolean;
  policy: ExtensionPolicy;
  contacts: JudgedContact[];
  readonly gone: GoneContacts;
  standing: ReturnType<StandingOf>;
  /** The table's version `standing` and the contacts were judged at. */
  version: number;
}

const NATURAL = new Intl.Collator('en', { numeric: true });

export class ExtensionTable {
  readonly #rows = new Map<string, Row>();
  readonly #models = new Map<string, PhoneModel>();
  readonly #modelTests = new Map<string, TextTest>();
  #settings: Settings = DEFAULT_SETTINGS;
  #fallback: UserAgentTest | undefined;
  /** Locks compiled against the present library. */
  #compiled = new WeakMap<Lock, UserAgentTest>();
  readonly #grantLocks = new WeakMap<Grant, Lock>();
  /** Extensions that have grants, whether those still count or not. */
  readonly #holders = new Set<string>();
  readonly #now: () => number;
  #version = 1;
  #loaded = false;
  #listed = false;
  #listedCount = 0;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Locks are known (from the database, or recovered from AstDB). Until then nobody has a standing. */
  get loaded(): boolean {
    return this.#loaded;
  }

  markLoaded(): void {
    this.#loaded = true;
    this.#version++;
  }

  /** The contacts have been listed since the start. */
  get contactsListed(): boolean {
    return this.#listed;
  }

  markContactsListed(): void {
    this.#listed = true;
    this.#version++;
  }

  get settings(): Settings {
    return this.#settings;
  }

  setSettings(settings: Settings): void {
    this.#settings = settings;
    this.#refreshFallback();
  }

  get models(): readonly PhoneModel[] {
    return [...this.#models.values()];
  }

  model(id: string): PhoneModel | undefined {
    return this.#models.get(id);
  }

  /** A model whose pattern does not compile accepts nothing; the library is checked before it comes here. */
  setModels(models: Iterable<PhoneModel>): void {
    this.#models.clear();
    this.#modelTests.clear();
    this.#compiled = new WeakMap();
    for (const model of models) this.#models.set(model.id, model);
    this.#refreshFallback();
  }

  setPolicy(extension: string, policy: ExtensionPolicy | undefined): void {
    const row = this.#row(extension);
    row.policy = policy ?? NO_POLICY;
    row.version = 0;
    if (row.policy.grants === undefined) this.#holders.delete(extension);
    else this.#holders.add(extension);
    this.#dropIfEmpty(row);
  }

  /** Extensions with grants, also with such as are over and were not cleared away yet. */
  get grantHolders(): ReadonlySet<string> {
    return this.#holders;
  }

  policy(extension: string): ExtensionPolicy {
    return this.#rows.get(extension)?.policy ?? NO_POLICY;
  }

  /** The whole list as Asterisk has it; extensions no longer in it keep their own lock, but inherit nothing. */
  setExtensions(extensions: ReadonlyMap<string, string | undefined>): void {
    for (const name of this.#rows.keys()) if (!extensions.has(name)) this.unlist(name);
    for (const [name, label] of extensions) this.list(name, label);
  }

  /** Asterisk has this extension. */
  list(extension: string, label: string | undefined): void {
    const row = this.#row(extension);
    row.label = label;
    if (row.listed) return;
    row.listed = true;
    row.version = 0;
    this.#listedCount++;
  }

  /** Asterisk has it no more: it keeps its own lock, but inherits nothing. */
  unlist(extension: string): void {
    const row = this.#rows.get(extension);
    if (row === undefined || !row.listed) return;
    row.listed = false;
    row.version = 0;
    this.#listedCount--;
    this.#dropIfEmpty(row);
  }

  /** All that are listed, locked or registered, in no order. */
  extensions(): Iterable<string> {
    return this.#rows.keys();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The same in natural order, for people: sorting a hundred thousand takes some 30 ms. */
  names(): string[] {
    return [...this.#rows.keys()].sort(NATURAL.compare);
  }

  has(extension: string): boolean {
    return this.#rows.has(extension);
  }

  isListed(extension: string): boolean {
    return this.#rows.get(extension)?.listed ?? false;
  }

  /** How many Asterisk lists. */
  get listedCount(): number {
    return this.#listedCount;
  }

  label(extension: string): string | undefined {
    return this.#rows.get(extension)?.label;
  }

  /** Live contacts, judged by the lock in force; `matches` is undefined where none is. */
  contacts(extension: string): readonly { contact: Contact; matches: boolean | undefined }[] {
    const row = this.#rows.get(extension);
    if (row === undefined) return [];
    const locked = typeof this.#judged(row).standing === 'object';
    return row.contacts.map(({ contact, matches }) => ({ contact, matches: locked ? matches : undefined }));
  }

  /** The contacts of one extension are now these; what changed comes back. */
  applyContacts(extension: string, contacts: readonly Contact[]): ContactChange[] {
    if (contacts.length === 0 && !this.#rows.has(extension)) return [];
    const row = this.#judged(this.#row(extension));
    const were = row.contacts;
    const before = new Map(were.map(({ contact }) => [contact.id, contact]));
    row.contacts = contacts.map((contact) => this.#judge(row, contact));
    const changes: ContactChange[] = [];
    for (const { contact, matches } of row.contacts) {
      const was = before.get(contact.id);
      before.delete(contact.id);
      const judged = typeof row.standing === 'object' ? matches : undefined;
      if (was === undefined) changes.push({ kind: 'appeared', contact, matches: judged });
      else if (isRefresh(was, contact)) changes.push({ kind: 'refreshed', contact, matches: judged });
      else if (isMove(was, contact)) changes.push({ kind: 'located', contact, matches: judged });
    }
    for (const contact of before.values()) changes.push({ kind: 'gone', contact });
    const isWrongHere = row.contacts.some(({ matches }) => !matches) && typeof row.standing === 'object';
    row.gone.note(were, changes, isWrongHere, this.#now());
    if (typeof row.standing === 'object') row.standing = this.#standing(row, row.standing.accepts);
    this.#dropIfEmpty(row);
    return changes;
  }

  /** Contacts of the right device: live ones, and unexpired ones that a wrong device displaced. */
  matchingContacts(extension: string): Contact[] {
    const row = this.#rows.get(extension);
    if (row === undefined || typeof this.#judged(row).standing !== 'object') return [];
    const live = row.contacts.filter(({ matches }) => matches).map(({ contact }) => contact);
    return [...live, ...this.#displaced(row)];
  }

  lockInForce(extension: string): LockInForce {
    const policy = this.policy(extension);
    const options = optionsInForce(policy, this.#settings);
    const grants = unexpired(policy.grants, this.#now());
    if (policy.lock !== undefined) return { source: 'own', lock: policy.lock, grants, ...options };
    const { fallback } = this.#settings;
    if (fallback !== undefined && this.isListed(extension)) {
      const lock: Lock = { alternatives: [{ kind: 'model', model: fallback }] };
      return { source: 'fallback', lock, grants, ...options };
    }
    return { source: 'none', lock: undefined, grants: [], ...options };
  }

  /** Until when the lock in force accepts this device, in milliseconds since the epoch; for ever is Infinity. */
  acceptsUntil(extension: string, userAgent: UserAgent): number {
    const row = this.#rows.get(extension);
    if (row === undefined || this.#acceptsForever(row)?.(userAgent) !== false)
      return Number.POSITIVE_INFINITY;
    const good = (row.policy.grants ?? []).filter((grant) => this.#compileGrant(grant)(userAgent));
    return Math.max(0, ...good.map(({ until }) => until));
  }

  readonly standingOf: StandingOf = (endpoint) => {
    if (!this.#loaded) return 'not-loaded';
    const row = this.#rows.get(endpoint);
    if (row === undefined) return 'no-extension';
    const { standing } = this.#judged(row);
    // What was displaced may have expired since.
    if (typeof standing === 'object' && standing.displaced.length > 0) {
      row.standing = this.#standing(row, standing.accepts);
    }
    return row.standing;
  };

  /** What the lock accepts, by the library as it is. */
  compile(lock: Lock): UserAgentTest {
    let test = this.#compiled.get(lock);
    if (test === undefined) {
      test = compileLock(lock, (id) => this.#modelTest(id), compilePattern);
      this.#compiled.set(lock, test);
    }
    return test;
  }

  /** Compiled when a lock needs it: compiling the whole library would take a third of the start. */
  #modelTest(id: string): TextTest | undefined {
    const known = this.#modelTests.get(id);
    const model = this.#models.get(id);
    if (known !== undefined || model === undefined) return known;
    const test = compilePattern(model.pattern);
    if (typeof test !== 'function') return undefined;
    this.#modelTests.set(id, test);
    return test;
  }

  #row(name: string): Row {
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = {
        name,
        label: undefined,
        listed: false,
        policy: NO_POLICY,
        contacts: [],
        gone: new GoneContacts(),
        standing: 'no-extension',
        version: 0,
      };
      this.#rows.set(name, row);
    }
    return row;
  }

  #dropIfEmpty(row: Row): void {
    const hasPolicy = row.policy !== NO_POLICY;
    if (!row.listed && !hasPolicy && row.contacts.length === 0) this.#rows.delete(row.name);
  }

  /** The row, with its standing and contacts judged at the table's version. */
  #judged(row: Row): Row {
    if (row.version === this.#version) return row;
    row.version = this.#version;
    const accepts = this.#accepts(row);
    if (accepts === undefined) {
      row.standing = row.listed || row.policy !== NO_POLICY ? 'no-lock' : 'no-extension';
      return row;
    }
    row.contacts = row.contacts.map(({ contact }) => ({ contact, matches: accepts(contact.userAgent) }));
    row.standing = this.#standing(row, accepts);
    return row;
  }

  #standing(row: Row, accepts: UserAgentTest): Standing {
    const { mode, requireRegistration } = optionsInForce(row.policy, this.#settings);
    return {
      accepts,
      mode,
      requireRegistration,
      contacts: this.#listed ? row.contacts : undefined,
      displaced: row.gone.isEmpty ? NONE : this.#displaced(row),
    };
  }

  #displaced(row: Row): Contact[] {
    return row.gone.displaced(this.#accepts(row), this.#now());
  }

  #accepts(row: Row): UserAgentTest | undefined {
    const accepts = this.#acceptsForever(row);
    const { grants } = row.policy;
    if (accepts === undefined || grants === undefined) return accepts;
    const granted = grants.map((grant) => ({ until: grant.until, accepts: this.#compileGrant(grant) }));
    // Asked of the clock each time: a grant ends for the next call, whenever it is cleared away.
    return (userAgent) =>
      accepts(userAgent) || granted.some((one) => this.#now() < one.until && one.accepts(userAgent));
  }

  #compileGrant(grant: Grant): UserAgentTest {
    let lock = this.#grantLocks.get(grant);
    if (lock === undefined) {
      lock = { alternatives: [grant.alternative] };
      this.#grantLocks.set(grant, lock);
    }
    return this.compile(lock);
  }

  #acceptsForever(row: Row): UserAgentTest | undefined {
    if (row.policy.lock !== undefined) return this.compile(row.policy.lock);
    return row.listed ? this.#fallback : undefined;
  }

  #judge(row: Row, contact: Contact): JudgedContact {
    const { standing } = row;
    return { contact, matches: typeof standing === 'object' && standing.accepts(contact.userAgent) };
  }

  #refreshFallback(): void {
    const { fallback } = this.#settings;
    this.#fallback =
      fallback === undefined
        ? undefined
        : this.compile({ alternatives: [{ kind: 'model', model: fallback }] });
    this.#version++;
  }
}

const NONE: readonly Contact[] = [];
