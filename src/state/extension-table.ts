/**
 * All extensions in memory: what operators decided, what is registered, and so the standing a call is judged by. Reads
 * take no I/O and a bounded, small time; a change of policy is in force for the next call at once, because each row
 * notices by its version that it must be judged anew.
 */
import type { Contact } from '../domain/contact.ts';
import { isBelievable, type Place } from '../domain/firmware-drift.ts';
import type { Lock } from '../domain/lock.ts';
import type { UserAgentTest } from '../domain/matcher.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import {
  DEFAULT_SETTINGS,
  type ExtensionPolicy,
  NO_POLICY,
  optionsInForce,
  type Settings,
} from '../domain/policy.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import type { JudgedContact, NetworkTest, Standing, StandingOf } from '../domain/verdict.ts';
import { namesIn } from '../network/allowed.ts';
import { type ContactChange, contactChanges } from './contact-change.ts';
import { FirmwareWatch } from './firmware-watch.ts';
import { type LockInForce, lockUnder } from './lock-in-force.ts';
import { LockTests } from './lock-tests.ts';
import { isOutside, NetworkBook } from './network-book.ts';
import { isEmptyRow, newRow, type Row } from './row.ts';

export type { LockInForce } from './lock-in-force.ts';

/** What would be decided. */
export interface Hypothesis {
  readonly settings: Settings;
  readonly policy: ExtensionPolicy;
  readonly compile: (lock: Lock) => UserAgentTest;
}

/** What looks like a device of the lock with a newer firmware. */
export interface FirmwareUpdate {
  /** The device's User-Agent, as the lock has it. */
  readonly of: string;
  readonly isFollowed: boolean;
}

const NATURAL = new Intl.Collator('en', { numeric: true });

export class ExtensionTable {
  readonly #rows = new Map<string, Row>();
  readonly #lockTests: LockTests;
  #settings: Settings = DEFAULT_SETTINGS;
  #fallback: UserAgentTest | undefined;
  /** Extensions that have grants, whether those still count or not. */
  readonly #holders = new Set<string>();
  readonly #networks = new NetworkBook();
  readonly #now: () => number;
  #version = 1;
  #loaded = false;
  #listed = false;
  #listedCount = 0;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#lockTests = new LockTests(now);
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
    this.#networks.changed();
    this.#refreshFallback();
  }

  get models(): readonly PhoneModel[] {
    return this.#lockTests.models;
  }

  model(id: string): PhoneModel | undefined {
    return this.#lockTests.model(id);
  }

  /** A model whose pattern does not compile accepts nothing; the library is checked before it comes here. */
  setModels(models: Iterable<PhoneModel>): void {
    this.#lockTests.setModels(models);
    this.#refreshFallback();
  }

  setPolicy(extension: string, policy: ExtensionPolicy | undefined): void {
    const row = this.#row(extension);
    if (row.policy.networks !== policy?.networks) this.#networks.changed();
    row.policy = policy ?? NO_POLICY;
    row.firmware?.decided();
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
    row.contacts = contacts.map((contact) => this.#judge(row, contact));
    const changes = contactChanges(were, row.contacts, typeof row.standing === 'object');
    this.#watchFirmware(row)?.note(row.contacts);
    const isWrongHere = row.contacts.some(({ matches }) => !matches) && typeof row.standing === 'object';
    row.gone.note(were, changes, isWrongHere, this.#now());
    if (typeof row.standing === 'object') row.standing = this.#standing(row, row.standing.accepts);
    this.#dropIfEmpty(row);
    return changes;
  }

  /** Contacts of the right device: live ones, and unexpired ones that a wrong device displaced. */
  matchingContacts(extension: string): Contact[] {
    const row = this.#rows.get(extension);
    if (row === undefined) return [];
    const { standing } = this.#judged(row);
    if (typeof standing !== 'object') return [];
    const live = row.contacts.filter(({ matches }) => matches).map(({ contact }) => contact);
    return [...live, ...this.#displaced(row, standing.accepts, standing.isWithin)];
  }

  lockInForce(extension: string): LockInForce {
    return lockUnder(this.#settings, this.policy(extension), this.isListed(extension));
  }

  /** Until when the lock in force accepts this device, in milliseconds since the epoch; for ever is Infinity. */
  acceptsUntil(extension: string, userAgent: UserAgent): number {
    const row = this.#rows.get(extension);
    if (row === undefined || this.#acceptsForever(row)?.(userAgent) !== false)
      return Number.POSITIVE_INFINITY;
    const good = (row.policy.grants ?? []).filter((grant) => this.#lockTests.ofGrant(grant)(userAgent));
    return Math.max(0, ...good.map(({ until }) => until));
  }

  /**
   * The device of the lock that this is an update of, believable from where it is seen; undefined where it is none, or
   * where nobody wants to know. What is followed is within the networks too.
   */
  updateOf(
    extension: string,
    userAgent: UserAgent,
    at: Place,
    believes: typeof isBelievable = isBelievable,
  ): FirmwareUpdate | undefined {
    const row = this.#rows.get(extension);
    if (row === undefined) return undefined;
    const { standing } = this.#judged(row);
    if (typeof standing !== 'object' || standing.drift === undefined || standing.accepts(userAgent))
      return undefined;
    const { isFollowed } = standing.drift;
    if (isFollowed && at.ip !== undefined && standing.isWithin?.(at.ip) === false) return undefined;
    const of = row.firmware?.updateOf(userAgent, at, isFollowed, believes);
    return of === undefined ? undefined : { of, isFollowed };
  }

  /** The lock is to move from one User-Agent to another, and accepts both until that is decided, one way or the other. */
  follow(extension: string, from: string, to: string): void {
    const row = this.#row(extension);
    this.#watchFirmware(row)?.follow(from, to, row.contacts);
    row.version = 0;
  }

  /** The lock could not be moved. */
  unfollow(extension: string): void {
    const row = this.#row(extension);
    row.firmware?.failed();
    row.version = 0;
  }

  /** Contacts of before the start, as the database has them: where the right devices were last. */
  recall(contacts: Iterable<Contact>): void {
    for (const contact of contacts) {
      const row = this.#rows.get(contact.extension);
      if (row !== undefined) this.#watchFirmware(row)?.note([{ contact, matches: true }]);
    }
  }

  /** The hosts' names that networks in force hold. */
  get hostNames(): ReadonlySet<string> {
    return this.#networks.namesIn(() => [
      this.#settings.networks,
      ...[...this.#rows.values()].flatMap(({ policy: { networks } }) =>
        networks === undefined ? [] : [networks],
      ),
    ]);
  }

  /** Those of them that were never told of. */
  get unknownHostNames(): string[] {
    return [...this.hostNames].filter((name) => !this.#networks.isKnown(name));
  }

  /** What a host's name stands for; networks with one that was never told of are not asked for. */
  setAddresses(hostName: string, addresses: readonly string[]): void {
    this.#networks.setAddresses(hostName, addresses);
    this.#version++;
  }

  /** Those whose networks hold this host's name. */
  withHostName(hostName: string): string[] {
    const has = (networks: readonly string[]) => namesIn(networks).includes(hostName);
    const bySystem = has(this.#settings.networks);
    return [...this.#rows.values()]
      .filter(({ policy: { networks } }) => (networks === undefined ? bySystem : has(networks)))
      .map(({ name }) => name);
  }

  /** The networks in force there take this address, as far as they can be checked. */
  isWithin(extension: string, ip: string): boolean {
    const networks = this.policy(extension).networks ?? this.#settings.networks;
    return this.#networks.testOf(networks)?.(ip) ?? true;
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

  /** The standing that an extension would have, were this decided. Nothing is changed by asking. */
  standingIf(extension: string, { settings, policy, compile }: Hypothesis): ReturnType<StandingOf> {
    const row = this.#rows.get(extension);
    if (row === undefined) return 'no-extension';
    const { lock } = lockUnder(settings, policy, row.listed);
    if (lock === undefined) return 'no-lock';
    const accepts = this.#lockTests.withGrants(compile(lock), policy.grants);
    const standing = this.#standing({ ...row, policy, firmware: undefined }, accepts, settings);
    const contacts = row.contacts.map(({ contact }) => ({
      contact,
      matches: accepts(contact.userAgent) && !isOutside(contact, standing.isWithin),
    }));
    return { ...standing, contacts: standing.contacts === undefined ? undefined : contacts };
  }

  /** What the lock accepts, by the library as it is. */
  compile(lock: Lock): UserAgentTest {
    return this.#lockTests.of(lock);
  }

  #row(name: string): Row {
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = newRow(name);
      this.#rows.set(name, row);
    }
    return row;
  }

  #dropIfEmpty(row: Row): void {
    if (isEmptyRow(row)) this.#rows.delete(row.name);
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
    row.standing = this.#standing(row, accepts);
    row.contacts = row.contacts.map(({ contact }) => this.#judge(row, contact));
    this.#watchFirmware(row)?.note(row.contacts);
    row.standing = this.#standing(row, accepts);
    return row;
  }

  #standing(row: Row, accepts: UserAgentTest, settings: Settings = this.#settings): Standing {
    const { mode, requireRegistration, networks, firmwareDrift } = optionsInForce(row.policy, settings);
    const isWithin = this.#networks.testOf(networks);
    return {
      accepts,
      isWithin,
      drift: this.#watchFirmware(row, firmwareDrift)?.test(firmwareDrift === 'follow'),
      mode,
      requireRegistration,
      contacts: this.#listed ? row.contacts : undefined,
      displaced: row.gone.isEmpty ? NONE : this.#displaced(row, accepts, isWithin),
    };
  }

  #displaced(row: Row, accepts: UserAgentTest, isWithin: NetworkTest | undefined): Contact[] {
    const displaced = row.gone.displaced(accepts, this.#now());
    return isWithin === undefined ? displaced : displaced.filter((contact) => !isOutside(contact, isWithin));
  }

  #accepts(row: Row): UserAgentTest | undefined {
    const accepts = this.#acceptsForever(row);
    return accepts === undefined ? undefined : this.#lockTests.withGrants(accepts, row.policy.grants);
  }

  #acceptsForever(row: Row): UserAgentTest | undefined {
    const { lock } = row.policy;
    if (lock === undefined) return row.listed ? this.#fallback : undefined;
    const accepts = this.compile(lock);
    return row.firmware?.isFollowing === true ? row.firmware.alsoAccepts(accepts) : accepts;
  }

  /** undefined where a newer firmware is another device: only a `device` lock of its own can follow. */
  #watchFirmware(
    row: Row,
    firmwareDrift = row.policy.firmwareDrift ?? this.#settings.firmwareDrift,
  ): FirmwareWatch | undefined {
    const { lock } = row.policy;
    if (lock === undefined || firmwareDrift === 'off') return undefined;
    if (!lock.alternatives.some(({ kind }) => kind === 'device')) return undefined;
    row.firmware ??= new FirmwareWatch(this.#now);
    row.firmware.use(lock);
    return row.firmware;
  }

  #judge(row: Row, contact: Contact): JudgedContact {
    const { standing } = row;
    if (typeof standing !== 'object') return { contact, matches: false };
    const { accepts, isWithin } = standing;
    const isRight = accepts(contact.userAgent) || row.firmware?.isStale(contact) === true;
    return { contact, matches: isRight && !isOutside(contact, isWithin) };
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
