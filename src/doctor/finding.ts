/** What the doctor says of one link of the chain. */

export interface Finding {
  /** A short, stable name: `asterisk`, `gate`, `dialplan`. */
  readonly check: string;
  /** `skipped`: it could not be looked at, and `what` says why. */
  readonly state: 'ok' | 'warning' | 'broken' | 'skipped';
  /** One sentence on what was found. */
  readonly what: string;
  /** What to do about it: always there where the state is `warning` or `broken`. */
  readonly cure?: string;
}

export function ok(check: string, what: string): Finding {
  return { check, state: 'ok', what };
}

export function skipped(check: string, what: string): Finding {
  return { check, state: 'skipped', what };
}

export function warning(check: string, what: string, cure: string): Finding {
  return { check, state: 'warning', what, cure };
}

export function broken(check: string, what: string, cure: string): Finding {
  return { check, state: 'broken', what, cure };
}
