/** One live registration of an extension's AOR, as Asterisk stores it. */
import { type SourceAddress, sameAddress } from './address.ts';
import { sameUserAgent, type UserAgent } from './user-agent.ts';

export type Proof = 'seen' | 'likely' | 'claimed';

export interface Contact {
  /** Asterisk's own id: `<aor>;@<hash of the URI>`. The key of AstDB family `registrar/contact`. */
  readonly id: string;
  /** The endpoint that registered. On FreePBX the AOR and the endpoint have the extension's name. */
  readonly extension: string;
  /** Empty where it is a stray: what was registered is not UTF-8, so that Asterisk stored none, and cannot read it again. */
  readonly uri: string;
  readonly userAgent: UserAgent;
  /** The REGISTER's Call-ID; ties the contact to the security event that carries its true source. */
  readonly callId: string;
  /** Seconds since the epoch. */
  readonly expires: number;
  /**
   * The REGISTER's source. `seen` by Asterisk's socket: the security event of the REGISTER itself told. `likely`: the
   * newest event of the endpoint, where Asterisk kept the Call-ID of an older REGISTER. Only `claimed` by the message's own
   * Contact where no event told (after an outage), which anybody can write.
   */
  readonly source: { readonly address: SourceAddress; readonly proof: Proof } | undefined;
}

/** It can never be called, but hides others from Asterisk, and stays beyond its expiry. */
export function isStray({ uri }: Contact): boolean {
  return uri === '';
}

/** The same contact of the same device, whenever it registered. */
export function isSameBinding(a: Contact, b: Contact): boolean {
  return a.id === b.id && a.uri === b.uri && sameUserAgent(a.userAgent, b.userAgent);
}

/** A REGISTER came in between. */
export function isRefresh(was: Contact, is: Contact): boolean {
  return (
    was.expires !== is.expires || was.callId !== is.callId || !sameUserAgent(was.userAgent, is.userAgent)
  );
}

/** Only what is known of its source is new. */
export function isMove(was: Contact, is: Contact): boolean {
  const [before, now] = [was.source, is.source];
  if (before === undefined || now === undefined) return before !== now;
  return before.proof !== now.proof || !sameAddress(before.address, now.address);
}
