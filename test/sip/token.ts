/** Fresh names for branches, tags, Call-IDs and nonces: random, so that phones of parallel tests never collide. */
import { randomBytes } from 'node:crypto';

/** 16 lower-case hexadecimal digits. */
export function newToken(): string {
  return randomBytes(8).toString('hex');
}

/** A branch that says it is RFC 3261's (section 8.1.1.7: it begins with the magic cookie). */
export function newBranch(): string {
  return `z9hG4bK${newToken()}`;
}
