/** A phone library entry: a pattern, and the samples that prove what it accepts and what it refuses. */

export interface PhoneModel {
  /** Lower-case letters, digits and hyphens, 2 to 40: `yealink-t`. */
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  /** `desk` phones and `adapter`s are hardware; `soft` is software on a computer or mobile; `server` is another PBX. */
  readonly kind: 'desk' | 'dect' | 'conference' | 'adapter' | 'intercom' | 'soft' | 'server';
  /** RE2 syntax, must be anchored at both ends: it names a whole User-Agent. */
  readonly pattern: string;
  /** User-Agents the pattern must match. */
  readonly matches: readonly string[];
  /** Look-alikes the pattern must not match. */
  readonly rejects: readonly string[];
}

export const MODEL_ID = /^[a-z0-9][a-z0-9-]{1,39}$/;
