/** What an extension accepts: one or several alternatives, any of which lets a phone through. */

/** The longest text, in characters, of an alternative an operator writes. */
export const MAX_LOCK_TEXT = 512;
/** The most alternatives one lock may hold. */
export const MAX_ALTERNATIVES = 16;

/**
 * - `device`: exactly the User-Agent that was captured from the phone.
 * - `model`: whatever the phone model's pattern accepts.
 * - `custom`: the operator's own exact text, prefix, or regular expression (RE2, searched, anchored only where it says so).
 */
export type Alternative =
  | { readonly kind: 'device'; readonly userAgent: string }
  | { readonly kind: 'model'; readonly model: string }
  | { readonly kind: 'custom'; readonly match: 'exact' | 'prefix' | 'pattern'; readonly value: string };

export interface Lock {
  /** 1 to {@link MAX_ALTERNATIVES}, no two the same. */
  readonly alternatives: readonly Alternative[];
}

/** The word for a lock in tables, AstDB (`CUSTOMLOCK/LOCK_MODE/<ext>`) and the API. */
export type LockMode = 'none' | 'device' | 'model' | 'custom' | 'mixed';

export type Mode = 'enforce' | 'monitor';

export type LockSource = 'own' | 'fallback' | 'none';

export function lockMode(lock: Lock | undefined): LockMode {
  const first = lock?.alternatives[0];
  if (lock === undefined || first === undefined) return 'none';
  return lock.alternatives.every((alternative) => alternative.kind === first.kind) ? first.kind : 'mixed';
}

export function sameAlternative(a: Alternative, b: Alternative): boolean {
  return showAlternative(a) === showAlternative(b);
}

/** One line for a person: `device "Yealink SIP-T46U 108.86.0.20"`, `model yealink-t`, `prefix "Cisco/SPA"`. */
export function showAlternative(alternative: Alternative): string {
  switch (alternative.kind) {
    case 'device':
      return `device "${alternative.userAgent}"`;
    case 'model':
      return `model ${alternative.model}`;
    case 'custom':
      return `${alternative.match} "${alternative.value}"`;
  }
}
