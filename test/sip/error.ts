/** The ways an exchange with the server fails without a SIP answer. A refusal is no failure: it is a status. */

export type SipFault =
  /** No (final) answer within the deadline. */
  | 'timeout'
  /** The phone was closed, or its connection was lost, while waiting. */
  | 'closed'
  /** Bytes that cannot be framed as SIP. */
  | 'malformed'
  /** A message larger than the transport carries. */
  | 'too-large'
  /** The socket could not be opened. */
  | 'unreachable';

/** Messages never hold a password. */
export class SipError extends Error {
  override readonly name = 'SipError';
  readonly fault: SipFault;

  constructor(fault: SipFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
