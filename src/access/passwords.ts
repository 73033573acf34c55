/**
 * Passwords as scrypt hashes, each kept with the parameters it was made by: `$scrypt$ln=15,r=8,p=3$salt$hash`. Hashing runs
 * beside the thread that answers calls, two at once at the most; who comes when many wait already is sent away.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Fault } from '../domain/fault.ts';

/** In characters; the service's own bound on what it hashes. */
export const SHORTEST = 10;
export const LONGEST = 256;

const PARAMETERS = { ln: 15, r: 8, p: 3 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const AT_ONCE = 2;
const MOST_WAITING = 16;
const FORM =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9_-]{2,100})\$([A-Za-z0-9_-]{20,200})$/;

interface Parameters {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

let underWay = 0;
const waiting: (() => void)[] = [];

/** Rejects with a Fault where the password is too short or too long. */
export async function hashPassword(password: string): Promise<string> {
  const { length } = [...password];
  if (length < SHORTEST || length > LONGEST) {
    const hint = 'Three or four words of your own are easy to keep in mind.';
    throw new Fault('malformed', `A password has ${SHORTEST} to ${LONGEST} characters.`, hint);
  }
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, PARAMETERS, HASH_BYTES);
  const { ln, r, p } = PARAMETERS;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/**
 * @param kept undefined where there is no such user: that takes as long, and is never right
 * @throws Fault 'busy' where too many wait
 */
export async function isPassword(kept: string | undefined, password: string): Promise<boolean> {
  const [, ln, r, p, salt = '', hash = ''] = FORM.exec(kept ?? nobody()) ?? [];
  const wanted = Buffer.from(hash, 'base64url');
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
  const found = await derive(password, Buffer.from(salt, 'base64url'), parameters, wanted.length);
  return timingSafeEqual(found, wanted) && kept !== undefined;
}

function nobody(): string {
  const { ln, r, p } = PARAMETERS;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;
}

async function derive(
  password: string,
  salt: Buffer,
  { ln, r, p }: Parameters,
  bytes: number,
): Promise<Buffer> {
  await turn();
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const N = 2 ** ln;
      const options = { N, r, p, maxmem: 160 * N * r };
      scrypt(password.normalize('NFC'), salt, bytes, options, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    });
  } finally {
    underWay--;
    waiting.shift()?.();
  }
}

async function turn(): Promise<void> {
  if (underWay >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING)
      throw new Fault('busy', 'Too many are signing in right now.', 'Try again in a moment.');
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  underWay++;
}
