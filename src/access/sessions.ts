/**
 * Who is signed in, in memory: a restart signs everybody out. A session ends when nothing was asked for a while, after its
 * longest time, when its user changes, or when the user signs out. Bounded in number: the oldest goes first.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../domain/account.ts';

const MINUTE = 60_000;
/** Milliseconds without a request. */
export const IDLE = 60 * MINUTE;
/** Milliseconds from the sign-in, whatever happens. */
export const LONGEST = 12 * 60 * MINUTE;
const MOST = 500;
const MOST_OF_ONE = 20;

export interface Session {
  readonly user: string;
  readonly role: Role;
  /** What the page sends along with every change. */
  readonly csrf: string;
}

interface Kept extends Session {
  readonly from: number;
  seen: number;
}

export class Sessions {
  readonly #now: () => number;
  readonly #onEnd: (session: Session) => void;
  /** By the SHA-256 of what the cookie holds; in the order they began. */
  readonly #kept = new Map<string, Kept>();

  constructor(now: () => number, onEnd: (session: Session) => void) {
    this.#now = now;
    this.#onEnd = onEnd;
  }

  /** @returns the session, and what the cookie holds */
  begin(user: string, role: Role): { readonly session: Session; readonly secret: string } {
    this.sweep();
    const own = [...this.#kept].filter(([, kept]) => kept.user === user);
    if (own.length >= MOST_OF_ONE) this.#end(own[0]?.[0]);
    if (this.#kept.size >= MOST) this.#end(this.#kept.keys().next().value);
    const secret = randomBytes(32).toString('base64url');
    const now = this.#now();
    const session: Kept = { user, role, csrf: randomBytes(32).toString('base64url'), from: now, seen: now };
    this.#kept.set(keyOf(secret), session);
    return { session, secret };
  }

  /** The session of this cookie, which is in use again; undefined where there is none any more. */
  find(secret: string): Session | undefined {
    const key = keyOf(secret);
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    const now = this.#now();
    if (isOver(kept, now)) {
      this.#end(key);
      return undefined;
    }
    kept.seen = now;
    return kept;
  }

  end(session: Session): void {
    for (const [key, kept] of this.#kept) if (kept === session) this.#end(key);
  }

  endOf(user: string): void {
    for (const [key, kept] of this.#kept) if (kept.user === user) this.#end(key);
  }

  /** Ends those whose time is over. */
  sweep(): void {
    const now = this.#now();
    for (const [key, kept] of this.#kept) if (isOver(kept, now)) this.#end(key);
  }

  get size(): number {
    return this.#kept.size;
  }

  #end(key: string | undefined): void {
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (key === undefined || kept === undefined) return;
    this.#kept.delete(key);
    this.#onEnd(kept);
  }
}

function isOver({ from, seen }: Kept, now: number): boolean {
  return now - seen >= IDLE || now - from >= LONGEST;
}

function keyOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
