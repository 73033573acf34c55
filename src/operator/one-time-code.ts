/** Makes one-time codes and looks whether one is right. A code itself is never kept, logged or compared as text. */
import {
  type BinaryLike,
  randomBytes,
  randomInt,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { promisify } from 'node:util';
import { CODE_DIGITS, type EnrolmentCode } from '../domain/enrolment.ts';

/** Some 30 ms of one core and 16 MB, off the thread that answers calls: a stolen database gives its codes up slowly. */
const COST: ScryptOptions = { N: 2 ** 14, r: 8, p: 1 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;

const derive = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt);

export function newCode(): string {
  return String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
}

export async function hashCode(code: string): Promise<Pick<EnrolmentCode, 'salt' | 'hash'>> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(code, salt, HASH_BYTES, COST);
  return { salt: salt.toString('hex'), hash: hash.toString('hex') };
}

/**
 * Takes as long where no code was issued: the time tells no more than the answer.
 * @param code undefined where none is good now
 */
export async function isCode(digits: string, code: EnrolmentCode | undefined): Promise<boolean> {
  const salt = code === undefined ? randomBytes(SALT_BYTES) : Buffer.from(code.salt, 'hex');
  const expected = code === undefined ? randomBytes(HASH_BYTES) : Buffer.from(code.hash, 'hex');
  const found = await derive(digits, salt, HASH_BYTES, COST);
  return expected.length === HASH_BYTES && timingSafeEqual(found, expected) && code !== undefined;
}
