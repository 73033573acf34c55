/** The expected ways in which a request of an operator fails: a closed set of codes, each with words for a person. */

export type FaultCode =
  /** The request itself makes no sense. */
  | 'malformed'
  | 'no-such-extension'
  | 'no-such-model'
  /** A pattern that cannot run in linear time, or does not compile. */
  | 'invalid-pattern'
  /** A phone model that fails its own samples or claims another's. */
  | 'invalid-model'
  | 'model-exists'
  /** Something depends on the model. */
  | 'model-in-use'
  /** No phone is registered that could be captured. */
  | 'no-device'
  /** Several different phones are registered; which one is meant? */
  | 'several-devices'
  | 'too-many-alternatives'
  /** No channel for alerts of that name is configured. */
  | 'no-such-channel'
  /** A code was to be mailed, and that is not configured. */
  | 'cannot-mail'
  /** The mail server did not take it: nothing was changed. */
  | 'not-mailed'
  | 'no-such-user'
  | 'user-exists'
  | 'no-such-token'
  /** Too many ask for the same costly thing. */
  | 'busy'
  /** The disk refused: nothing was changed. */
  | 'storage'
  /** The locks are still being recovered from AstDB. */
  | 'not-loaded';

export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  /** What to do about it. */
  readonly hint: string;
  constructor(code: FaultCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}
