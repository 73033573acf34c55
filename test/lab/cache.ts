/**
 * Where the lab keeps things, outside the checkout: the roots of the two Asterisks and the two PHPs, and one state file for
 * each instance. It only names places; it makes nothing.
 */
import { join } from 'node:path';
import { env } from 'node:process';

/** 16 is Debian bullseye's, 22 forky's. */
export type AsteriskVersion = '16' | '22';

export const SUITES: Readonly<Record<AsteriskVersion, string>> = { '16': 'bullseye', '22': 'forky' };

/** 7.4 is FreePBX 16's, 8.2 FreePBX 17's. */
export type PhpVersion = '7.4' | '8.2';

export const PHP_SUITES: Readonly<Record<PhpVersion, string>> = { '7.4': 'bullseye', '8.2': 'bookworm' };

export function cacheDirectory(): string {
  return env['DEVICE_LOCK_LAB_CACHE'] || '/var/cache/device-lock-lab';
}

export function rootOf(version: AsteriskVersion): string {
  return join(cacheDirectory(), `asterisk-${version}`);
}

export function phpRootOf(version: PhpVersion): string {
  return join(cacheDirectory(), `php-curl-${version}`);
}

/** MariaDB's, Debian bookworm's. */
export function mariadbRoot(): string {
  return join(cacheDirectory(), 'mariadb-core');
}

/** Debian's package of it, unpacked. */
export function fail2banRoot(): string {
  return join(cacheDirectory(), 'fail2ban');
}

/** Every root there may be. */
export function allRoots(): string[] {
  const asterisks = (Object.keys(SUITES) as AsteriskVersion[]).map(rootOf);
  return [
    ...asterisks,
    ...(Object.keys(PHP_SUITES) as PhpVersion[]).map(phpRootOf),
    mariadbRoot(),
    fail2banRoot(),
  ];
}

export function stateDirectory(): string {
  return join(cacheDirectory(), 'state');
}
