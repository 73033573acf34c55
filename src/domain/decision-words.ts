/** What was decided, in one line for the audit trail and for people. Pure. */
import { showGrant } from './grant.ts';
import { showAlternative } from './lock.ts';
import { type ExtensionPolicy, OPTION_NAMES, type Options, type OwnOptions } from './policy.ts';

export function showPolicy(policy: ExtensionPolicy): string {
  const lock = policy.lock?.alternatives.map(showAlternative).join(' or ') ?? 'no lock';
  const grants = (policy.grants ?? []).map((grant) => `granted ${showGrant(grant)}`);
  return [lock, ...grants, ...showOptions(policy)].join(', ');
}

export function showSettings(settings: Options & { readonly fallback: string | null | undefined }): string {
  return [...showOptions(settings), `fallback ${settings.fallback ?? 'off'}`].join(', ');
}

/** Those that were decided, as words of the command line: `monitor`, `require-registration on`. */
export function showOptions(options: Partial<OwnOptions>): string[] {
  return OPTION_NAMES.flatMap((name) => {
    const value = options[name];
    if (value === undefined) return [];
    if (name === 'mode') return [String(value)];
    return [`${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${showValue(value)}`];
  });
}

function showValue(value: boolean | string | readonly string[]): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string') return value;
  return value.length === 0 ? 'any' : value.join(' ');
}
