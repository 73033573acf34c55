/**
 * Users and tokens: who may ask over the network. Every change is on disk with its audit entry before it is in force. A
 * token is shown once, when it is made; of it and of a password only a hash is kept.
 */
import { createHash, randomBytes } from 'node:crypto';
import { hashPassword } from '../access/passwords.ts';
import { ACCOUNT_NAME, type Role, type Token, type User } from '../domain/account.ts';
import type { AuditEntry } from '../domain/audit.ts';
import { Fault } from '../domain/fault.ts';
import { type Change, type Store, StoreError } from '../store/store.ts';

const MOST = 200;
const TOKEN_PREFIX = 'dl_';

export interface AccountsOptions {
  readonly store: Pick<Store, 'accounts' | 'commit'>;
  readonly now: () => number;
  readonly announce: (entry: AuditEntry) => void;
}

/** What became of whom. */
export type AccountChange =
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'token'; readonly id: string };

export class Accounts {
  readonly #options: AccountsOptions;
  readonly #users = new Map<string, User>();
  readonly #tokens = new Map<string, Token>();
  /** By digest, for those who ask. */
  readonly #byDigest = new Map<string, Token>();
  readonly #listeners = new Set<(change: AccountChange) => void>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const { users, tokens } = await this.#options.store.accounts();
    for (const user of users) this.#users.set(user.name, user);
    for (const token of tokens) this.#putToken(token);
  }

  /** Nobody could ask: there is neither a user nor a token. */
  get isEmpty(): boolean {
    return this.#users.size === 0 && this.#tokens.size === 0;
  }

  users(): readonly User[] {
    return [...this.#users.values()];
  }

  tokens(): readonly Token[] {
    return [...this.#tokens.values()];
  }

  user(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** Whose token this text is; undefined where it is nobody's, or no longer. */
  tokenOf(text: string): Token | undefined {
    const token = this.#byDigest.get(digestOf(text));
    return token === undefined || isOver(token, this.#options.now()) ? undefined : token;
  }

  onChange(listener: (change: AccountChange) => void): void {
    this.#listeners.add(listener);
  }

  async addUser(name: string, role: Role, password: string, who: string): Promise<void> {
    const hash = await hashPassword(password);
    await this.#inTurn(async () => {
      checkName(name);
      checkNumber(this.#users.size, 'users');
      if (this.#users.has(name)) {
        const hint = `Another password: device-lock users password ${name}`;
        throw new Fault('user-exists', `There is a user ${name} already.`, hint);
      }
      const now = this.#options.now();
      const user = { name, role, hash, made: now, changed: now };
      await this.#putUser(name, user, this.#entry(who, 'user-add', `user:${name}`, role));
    });
  }

  /** Signs the user out everywhere. */
  async setPassword(name: string, password: string, who: string): Promise<void> {
    this.#require(name);
    const hash = await hashPassword(password);
    await this.#inTurn(async () => {
      const user = { ...this.#require(name), hash, changed: this.#options.now() };
      await this.#putUser(name, user, this.#entry(who, 'user-password', `user:${name}`, 'a new password'));
    });
  }

  removeUser(name: string, who: string): Promise<void> {
    return this.#inTurn(async () => {
      const { role } = this.#require(name);
      await this.#putUser(name, undefined, this.#entry(who, 'user-remove', `user:${name}`, role));
    });
  }

  /** @returns the token as it is to be shown, once */
  addToken(
    name: string,
    role: Role,
    expires: number | undefined,
    who: string,
  ): Promise<{ readonly token: Token; readonly text: string }> {
    return this.#inTurn(async () => {
      checkName(name);
      checkNumber(this.#tokens.size, 'tokens');
      const made = this.#options.now();
      const text = `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
      const id = this.#freeId();
      const token: Token = { id, name, role, digest: digestOf(text), made, expires };
      const until = expires === undefined ? '' : ` until ${new Date(expires).toISOString()}`;
      const entry = this.#entry(who, 'token-add', `token:${id}`, `${name}, ${role}${until}`);
      await this.#commit({ tokens: new Map([[id, token]]), audit: [entry] });
      this.#putToken(token);
      this.#tell({ kind: 'token', id });
      return { token, text };
    });
  }

  removeToken(id: string, who: string): Promise<void> {
    return this.#inTurn(async () => {
      const token = this.#tokens.get(id);
      if (token === undefined) {
        throw new Fault(
          'no-such-token',
          `There is no token ${shown(id)}.`,
          'List them: device-lock tokens list',
        );
      }
      const entry = this.#entry(who, 'token-remove', `token:${id}`, token.name);
      await this.#commit({ tokens: new Map([[id, undefined]]), audit: [entry] });
      this.#tokens.delete(id);
      this.#byDigest.delete(token.digest);
      this.#tell({ kind: 'token', id });
    });
  }

  async #putUser(name: string, user: User | undefined, entry: AuditEntry): Promise<void> {
    await this.#commit({ users: new Map([[name, user]]), audit: [entry] });
    if (user === undefined) this.#users.delete(name);
    else this.#users.set(name, user);
    this.#tell({ kind: 'user', name });
  }

  #putToken(token: Token): void {
    this.#tokens.set(token.id, token);
    this.#byDigest.set(token.digest, token);
  }

  #freeId(): string {
    for (;;) {
      const id = randomBytes(4).toString('hex');
      if (!this.#tokens.has(id)) return id;
    }
  }

  #require(name: string): User {
    const user = this.#users.get(name);
    if (user !== undefined) return user;
    throw new Fault('no-such-user', `There is no user ${shown(name)}.`, 'List them: device-lock users list');
  }

  #tell(change: AccountChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #entry(who: string, action: string, target: string, detail: string): AuditEntry {
    return { at: this.#options.now(), who, action, target, detail };
  }

  async #commit(change: Change): Promise<void> {
    try {
      await this.#options.store.commit(change);
    } catch (cause) {
      const hint = cause instanceof StoreError ? cause.hint : 'See the log.';
      throw new Fault('storage', 'The change could not be saved; nothing was changed.', hint, { cause });
    }
    for (const entry of change.audit) this.#options.announce(entry);
  }

  /** One change after the other: each sees what the one before it did. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(run);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

function checkName(name: string): void {
  if (ACCOUNT_NAME.test(name)) return;
  const hint = 'Letters, digits and _ . @ - ; 40 at the most, and a letter or digit first.';
  throw new Fault('malformed', `${shown(name)} cannot be a name.`, hint);
}

function checkNumber(present: number, what: string): void {
  if (present >= MOST)
    throw new Fault('malformed', `There are ${MOST} ${what} already.`, 'Remove one that nobody needs.');
}

function isOver({ expires }: Token, now: number): boolean {
  return expires !== undefined && expires <= now;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
