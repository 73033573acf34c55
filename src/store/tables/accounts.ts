/** Users and tokens, of which only hashes are here. */
import type { Database } from 'better-sqlite3';
import type { Token, User } from '../../domain/account.ts';
import type { Accounts } from '../store.ts';
import { bound, type Columns } from './columns.ts';

type TokenRow = Omit<Token, 'expires'> & { readonly expires: number | null };

export class AccountsTable {
  readonly #users;
  readonly #putUser;
  readonly #deleteUser;
  readonly #tokens;
  readonly #putToken;
  readonly #deleteToken;

  constructor(db: Database) {
    this.#users = db.prepare<[], User>('SELECT name, role, hash, made, changed FROM users ORDER BY name');
    this.#putUser = db.prepare<[Columns]>(
      'INSERT OR REPLACE INTO users (name, role, hash, made, changed) VALUES (@name, @role, @hash, @made, @changed)',
    );
    this.#deleteUser = db.prepare<[string]>('DELETE FROM users WHERE name = ?');
    this.#tokens = db.prepare<[], TokenRow>(
      'SELECT id, name, role, digest, made, expires FROM tokens ORDER BY made, id',
    );
    this.#putToken = db.prepare<[Columns]>(
      'INSERT OR REPLACE INTO tokens (id, name, role, digest, made, expires) VALUES (@id, @name, @role, @digest, @made, @expires)',
    );
    this.#deleteToken = db.prepare<[string]>('DELETE FROM tokens WHERE id = ?');
  }

  read(): Accounts {
    return {
      users: this.#users.all(),
      tokens: this.#tokens.all().map((row) => ({ ...row, expires: row.expires ?? undefined })),
    };
  }

  /** Runs in the caller's transaction; undefined removes. */
  replaceUser(name: string, user: User | undefined): void {
    if (user === undefined) this.#deleteUser.run(name);
    else {
      const { role, hash, made, changed } = user;
      this.#putUser.run(bound({ name, role, hash, made, changed }));
    }
  }

  replaceToken(id: string, token: Token | undefined): void {
    if (token === undefined) this.#deleteToken.run(id);
    else {
      const { name, role, digest, made, expires } = token;
      this.#putToken.run(bound({ id, name, role, digest, made, expires: expires ?? null }));
    }
  }
}
