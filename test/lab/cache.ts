/**
 * Where the lab keeps things, outside the checkout: the roots of the two Asterisks, and one state file for each
 * instance. It only names places; it makes nothing.
 */
import { join } from 'node:path';
import { env } from 'node:process';

/** 16 is Debian bullseye's, 22 forky's. */
export type AsteriskVersion = '16' | '22';

export const SUITES: Readonly<Record<AsteriskVersion, string>> = { '16': 'bullseye', '22': 'forky' };

export function cacheDirectory(): string {
  return env['DEVICE_LOCK_LAB_CACHE'] || '/var/cache/device-lock-lab';
}

export function rootOf(version: AsteriskVersion): string {
  return join(cacheDirectory(), `asterisk-${version}`);
}

export function stateDirectory(): string {
  return join(cacheDirectory(), 'state');
}
