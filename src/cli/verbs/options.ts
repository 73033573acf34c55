/** Reads the options of a decision from the command line into what the API takes; `null` is the system's again. */
import type { Options as Decided } from '../../domain/policy.ts';
import type { Options } from '../context.ts';
import { usage } from '../failure.ts';

type Asked = { -readonly [K in keyof Decided]?: Decided[K] | null };

export function optionsRequest(options: Options): Asked {
  const { mode, firmwareDrift, network } = options;
  const asked: Asked = {};
  if (mode !== undefined) asked.mode = mode === 'inherit' ? null : mode;
  for (const name of ['requireRegistration', 'evict', 'hangUp', 'firstUse'] as const) {
    const word = options[name];
    if (word !== undefined) asked[name] = word === 'inherit' ? null : word === 'on';
  }
  if (firmwareDrift !== undefined) asked.firmwareDrift = firmwareDrift === 'inherit' ? null : firmwareDrift;
  if (network !== undefined) asked.networks = networksOf(network);
  return asked;
}

function networksOf(given: readonly string[]): readonly string[] | null {
  const word = given.find((one) => one === 'any' || one === 'inherit');
  if (word !== undefined && given.length > 1) {
    throw usage(`--network ${word} stands alone.`, 'Give it once, or name the networks.');
  }
  if (word === 'inherit') return null;
  return word === 'any' ? [] : [...new Set(given)];
}
