/** Why the gate cannot listen, said to the person who has to mend it. */

export type GateListenCode = 'port-taken' | 'port-forbidden' | 'not-my-address' | 'cannot-listen';

export class GateListenError extends Error {
  override readonly name = 'GateListenError';
  readonly code: GateListenCode;
  /** What to do about it. */
  readonly hint: string;
  constructor(code: GateListenCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

export function listenError(cause: Error & { code?: string }, host: string, port: number): GateListenError {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new GateListenError(
        'port-taken',
        `Another program listens on ${place} already.`,
        `Is Device Lock running twice? "ss -ltnp sport = :${port}" names the program.`,
        { cause },
      );
    case 'EACCES':
      return new GateListenError(
        'port-forbidden',
        `This user may not listen on ${place}.`,
        'Ports below 1024 are for root: choose a higher one.',
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new GateListenError(
        'not-my-address',
        `${host} is no address of this machine.`,
        'Name an address that "ip address" lists; 127.0.0.1 where Asterisk runs on this machine.',
        { cause },
      );
    default:
      return new GateListenError(
        'cannot-listen',
        `Cannot listen on ${place}.`,
        'The cause says what the system answered.',
        { cause },
      );
  }
}
