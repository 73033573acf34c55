/** Who may ask over the network: people with a password, programs with a token. Neither secret is ever kept as it is. */

/** A viewer sees everything and changes nothing. */
export type Role = 'viewer' | 'operator';

export interface User {
  readonly name: string;
  readonly role: Role;
  /** What is kept of the password, with the parameters it was made by; never leaves the service. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly made: number;
  /** When the password was set last. */
  readonly changed: number;
}

export interface Token {
  /** What it is removed by. */
  readonly id: string;
  /** What it is for, as the audit names it. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token, hexadecimal. */
  readonly digest: string;
  readonly made: number;
  /** undefined: it does not end by itself. */
  readonly expires: number | undefined;
}

/** How users and tokens may be called: as the audit can say it. */
export const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,39}$/;
