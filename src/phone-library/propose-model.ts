/**
 * Proposes a phone model from a User-Agent that was seen: for the other units of that model, with another firmware or
 * hardware address. A proposal for a person to read, correct and save; it is never used unseen. What a scanner calls
 * itself makes none.
 */
import { Fault } from '../domain/fault.ts';
import { identify } from '../domain/identify.ts';
import { proposePattern } from '../domain/identify-pattern.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import { compilePattern } from '../pattern/pattern.ts';
import type { AttackToolTest } from './attack-tools.ts';
import { MAX_NAME } from './model-check.ts';

export type ProposedModel = Omit<PhoneModel, 'kind'>;

/** Samples of each sort. */
const MAX_SEEN = 8;
const MAX_SIBLINGS = 4;
const MAX_ID = 40;

/** What is known where a model is proposed. */
export interface Surroundings {
  /** Other User-Agents that phones send here: those that fit become samples, and those of the same maker, look-alikes. */
  readonly seen: readonly string[];
  /** Whether a phone model has this id. */
  readonly isTaken: (id: string) => boolean;
  readonly isAttackTool: AttackToolTest;
}

/** @throws Fault where no pattern can be made of it that tells a phone from a scanner */
export function proposeModel(
  userAgent: string,
  { seen, isTaken, isAttackTool }: Surroundings,
): ProposedModel {
  const pattern = proposePattern(userAgent);
  const test = pattern === undefined ? undefined : compilePattern(pattern);
  if (pattern === undefined || typeof test !== 'function') {
    const why = typeof test === 'object' ? test.fault : 'it is malformed, or too long';
    throw new Fault(
      'invalid-pattern',
      `No pattern can be made of this User-Agent: ${why}.`,
      'Lock the extension to this device, or write a pattern.',
    );
  }
  if (isAttackTool(userAgent)) {
    throw new Fault(
      'invalid-pattern',
      'Scanners and toll-fraud tools call themselves so: a model of it would let them through.',
      'Lock the extension to its own phone instead.',
    );
  }
  if (!/\d/.test(userAgent) || !/\p{L}/u.test(withoutVarying(pattern))) {
    throw new Fault(
      'invalid-pattern',
      'This User-Agent has no name, or nothing but a name: scanners send such too.',
      'If it is a phone, lock its extension to exactly this device.',
    );
  }
  const { vendor, model } = namesOf(userAgent);
  const others = [...new Set(seen)].filter((text) => text !== userAgent);
  return {
    id: freeId(`${vendor}-${model}`, isTaken),
    ...{ vendor, model, pattern },
    matches: [userAgent, ...others.filter(test)].slice(0, MAX_SEEN),
    rejects: [
      ...others.filter((text) => !test(text) && identify(text).vendor === vendor).slice(0, MAX_SIBLINGS),
      ...[`${userAgent} friendly-scanner`, `x${userAgent}`].filter((text) => !test(text)),
    ],
  };
}

/** What is left of a proposed pattern without firmware, MAC and the like. */
function withoutVarying(pattern: string): string {
  return pattern.replace(/\[[^\]]*\](?:\{[^}]*\})?|\(\?:|\\[a-z]/g, '');
}

/** As the User-Agent says, else its first word and what comes after. */
function namesOf(userAgent: string): { vendor: string; model: string } {
  const found = identify(userAgent);
  const [first = '', ...rest] = userAgent.split(/[\s/]+/).filter((word) => word !== '');
  const vendor = nameOf(found.vendor ?? first) || 'Unknown';
  return { vendor, model: nameOf(found.model ?? rest.join(' ')) || vendor };
}

function nameOf(text: string): string {
  return text.slice(0, MAX_NAME).toWellFormed().trim();
}

function freeId(names: string, isTaken: (id: string) => boolean): string {
  const plain = names
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  const stem = trimmed(plain, MAX_ID).length < 2 ? 'phone' : trimmed(plain, MAX_ID);
  let id = stem;
  for (let n = 2; isTaken(id); n++) id = `${trimmed(stem, MAX_ID - 1 - String(n).length)}-${n}`;
  return id;
}

function trimmed(text: string, length: number): string {
  return text.slice(0, length).replace(/-+$/, '');
}
