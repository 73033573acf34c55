/**
 * A made-up PBX of any size: which extensions it has, what they are registered with, and how half of them are locked.
 * Pure, and the same in every process that asks.
 */
import { createHash } from 'node:crypto';
import type { Lock } from '../../src/domain/lock.ts';

export const MODEL = 'yealink-t';
const FIRMWARES = ['108.86.0.20', '108.86.0.35', '108.86.0.75'];
const THIEF = 'friendly-scanner';
/** One locked extension in so many has a wrong device registered. */
const THIEVES = 100;

export interface Inhabitant {
  readonly extension: string;
  readonly userAgent: string;
  readonly ip: string;
  readonly port: number;
  readonly uri: string;
  readonly callId: string;
  /** Asterisk's id of the contact. */
  readonly contactId: string;
  /** undefined for every second one. */
  readonly lock: Lock | undefined;
}

export function inhabitant(index: number): Inhabitant {
  const extension = String(100_000 + index);
  const right = `Yealink SIP-T46U ${FIRMWARES[index % FIRMWARES.length]}`;
  const ip = `10.${(index >> 14) & 127}.${(index >> 7) & 127}.${(index & 127) + 1}`;
  const uri = `sip:${extension}@${ip}:5060`;
  const isLocked = index % 2 === 0;
  const isThief = isLocked && index % (2 * THIEVES) === 0;
  return {
    ...{ extension, ip, port: 5060, uri },
    userAgent: isThief ? THIEF : right,
    callId: `${md5(extension).slice(0, 20)}@${ip}`,
    contactId: `${extension};@${md5(uri)}`,
    lock: isLocked ? lockOf(index, right) : undefined,
  };
}

/** Half of the locks hold a captured device, half a phone model. */
function lockOf(index: number, userAgent: string): Lock {
  return {
    alternatives: [index % 4 === 0 ? { kind: 'device', userAgent } : { kind: 'model', model: MODEL }],
  };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
