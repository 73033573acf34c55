/**
 * The verdict on one call: a pure function of the call itself, then of what is registered at its extension.
 * Emergency calls never come here: the dialplan lets them pass before it asks.
 */
import { type SourceAddress, sameAddress } from './address.ts';
import type { Contact } from './contact.ts';
import type { Mode } from './lock.ts';
import type { UserAgentTest } from './matcher.ts';
import type { UserAgent } from './user-agent.ts';

export type DenyReason =
  /** The INVITE's User-Agent is not the phone's. */
  | 'wrong-device'
  /** The INVITE names no device at all. */
  | 'no-user-agent'
  /** The INVITE's User-Agent is too long, not UTF-8, or holds control characters. */
  | 'malformed-user-agent'
  /** The INVITE names the right device, but comes from where a wrong one is registered. */
  | 'wrong-device-registered'
  /** `require-registration`: no live matching contact is at the call's source address. */
  | 'not-registered'
  /** The right device, but from outside the networks it may be in. */
  | 'wrong-network'
  /** What looks like the right device after an update of its firmware, where an operator wants to be told only. */
  | 'newer-firmware';

export type UnknownReason =
  /** The registrations were not listed yet since the service started. */
  | 'contacts-not-listed'
  /** The locks are being read back from AstDB after the database was lost. */
  | 'locks-not-loaded';

export type AllowReason =
  | 'no-extension'
  | 'no-lock'
  | 'matches'
  /** The right device after an update of its firmware: the lock is to move to it. */
  | 'newer-firmware';

export type Verdict =
  | { readonly kind: 'allow'; readonly reason: AllowReason }
  | { readonly kind: 'deny'; readonly reason: DenyReason }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason };

/** A call at the gate. */
export interface Call {
  /** The endpoint whose INVITE this is (the channel's, or its master channel's); undefined where there is none. */
  readonly endpoint: string | undefined;
  readonly userAgent: UserAgent;
  readonly address: SourceAddress | undefined;
  /** The INVITE's Call-ID, where it is known. */
  readonly callId?: string | undefined;
  /** Who sent the call here without an INVITE of their own. */
  readonly behind: readonly Party[];
}

/** An extension that transferred or forwarded the call. */
export interface Party {
  readonly role: 'transferer' | 'forwarder';
  readonly endpoint: string;
  readonly address: SourceAddress | undefined;
}

export interface JudgedContact {
  readonly contact: Contact;
  /** Whether the lock in force accepts the REGISTER's User-Agent, and the networks in force its source. */
  readonly matches: boolean;
}

/** Whether something may come from this IP address: the networks that were decided. It takes no I/O. */
export type NetworkTest = (ip: string) => boolean;

/** What becomes of a newer firmware of a lock's own device. */
export interface DriftTest {
  /** It is accepted; else only said. */
  readonly isFollowed: boolean;
  /** Whether this is one, and may be believed from there. Takes a bounded, small time. */
  readonly isUpdate: (seen: Pick<Call, 'userAgent' | 'address' | 'callId'>) => boolean;
}

/** What is known of one extension when a call is judged. */
export interface Standing {
  /** The lock in force, compiled. */
  readonly accepts: UserAgentTest;
  /** The networks in force, as far as they can be checked; undefined is anywhere. */
  readonly isWithin?: NetworkTest | undefined;
  /** undefined where a newer firmware is another device. */
  readonly drift?: DriftTest | undefined;
  readonly mode: Mode;
  readonly requireRegistration: boolean;
  /** Live contacts; undefined while they were never listed. */
  readonly contacts: readonly JudgedContact[] | undefined;
  /**
   * Contacts of the right device that a wrong one displaced, unexpired: the phone still believes in them, and so does
   * the verdict, or a thief could silence it by registering.
   */
  readonly displaced: readonly Contact[];
}

/** The standing of an endpoint; undefined where it is no extension or has no lock in force. */
export type StandingOf = (endpoint: string) => Standing | 'no-extension' | 'no-lock' | 'not-loaded';

export interface Judgement {
  readonly verdict: Verdict;
  /** Whose lock decided; undefined where nobody's did. */
  readonly extension: string | undefined;
  /** Who that was in the call; `caller` sent the INVITE. */
  readonly role: 'caller' | Party['role'];
  /** In `monitor` a deny is recorded and answered allow. */
  readonly mode: Mode;
}

/**
 * @param isProven whether this very call was placed by that endpoint before, and was let through as the right device's
 */
export function judgeCall(
  call: Call,
  standingOf: StandingOf,
  isProven: (endpoint: string) => boolean = () => false,
): Judgement {
  const judgements: Judgement[] = [];
  if (call.endpoint !== undefined) {
    const standing = standingOf(call.endpoint);
    judgements.push(judgement(call.endpoint, 'caller', standing, (found) => judgeCaller(call, found)));
  }
  for (const party of call.behind) {
    const standing = standingOf(party.endpoint);
    judgements.push(
      judgement(party.endpoint, party.role, standing, (found) =>
        isProven(party.endpoint) ? MATCHES : judgeParty(party, found),
      ),
    );
  }
  return judgements.reduce(graver, NOBODY);
}

/** What the dialplan is told. */
export function answerOf({ verdict, mode }: Judgement): Verdict {
  return verdict.kind === 'deny' && mode === 'monitor' ? { kind: 'allow', reason: 'matches' } : verdict;
}

/** Whether a device, and where it was, is in order by a standing; undefined where no lock is in force. */
export function acceptedBy(standing: ReturnType<StandingOf>) {
  if (typeof standing !== 'object') return undefined;
  const { accepts, isWithin } = standing;
  return (userAgent: UserAgent, address: SourceAddress | undefined) =>
    accepts(userAgent) && (address === undefined || isWithin === undefined || isWithin(address.ip));
}

const NOBODY: Judgement = {
  verdict: { kind: 'allow', reason: 'no-extension' },
  extension: undefined,
  role: 'caller',
  mode: 'enforce',
};

function judgement(
  endpoint: string,
  role: Judgement['role'],
  standing: ReturnType<StandingOf>,
  judge: (standing: Standing) => Verdict,
): Judgement {
  if (standing === 'no-extension') return NOBODY;
  if (standing === 'no-lock') {
    return { verdict: { kind: 'allow', reason: 'no-lock' }, extension: endpoint, role, mode: 'enforce' };
  }
  if (standing === 'not-loaded') {
    return { verdict: unknown('locks-not-loaded'), extension: endpoint, role, mode: 'enforce' };
  }
  return { verdict: judge(standing), extension: endpoint, role, mode: standing.mode };
}

function judgeCaller(call: Call, standing: Standing): Verdict {
  if (call.userAgent.kind === 'absent') return deny('no-user-agent');
  if (call.userAgent.kind === 'malformed') return deny('malformed-user-agent');
  const isAccepted = standing.accepts(call.userAgent);
  if (!isAccepted && !standing.drift?.isUpdate(call)) return deny('wrong-device');
  if (!isAccepted && !standing.drift?.isFollowed) return deny('newer-firmware');
  const verdict = judgePlace(call, standing);
  return !isAccepted && verdict === MATCHES ? NEWER_FIRMWARE : verdict;
}

function judgePlace(call: Call, standing: Standing): Verdict {
  if (standing.isWithin !== undefined) {
    const verdict = judgeNetwork(call.address, standing.isWithin, standing);
    if (verdict !== undefined) return verdict;
  }
  return judgeAddress(call.address, standing);
}

/**
 * Where the address cannot be told, what is registered has to stand for it: a right device, which is one within the
 * networks.
 */
function judgeNetwork(
  address: SourceAddress | undefined,
  isWithin: NetworkTest,
  { contacts, displaced }: Standing,
): Verdict | undefined {
  if (address !== undefined) return isWithin(address.ip) ? undefined : deny('wrong-network');
  if (contacts === undefined) return unknown('contacts-not-listed');
  const isRightKnown = displaced.length > 0 || contacts.some(({ matches }) => matches);
  return isRightKnown ? undefined : deny('wrong-network');
}

/** Someone behind the call sent no INVITE here: only what is registered, and from where, can tell. */
function judgeParty(party: Party, standing: Standing): Verdict {
  if (party.address !== undefined) return judgeAddress(party.address, standing);
  if (standing.contacts === undefined) return unknown('contacts-not-listed');
  // Without the address nobody can tell whose hand it was, so one wrong device at the extension is enough.
  if (standing.contacts.some(({ matches }) => !matches)) return deny('wrong-device-registered');
  if (standing.requireRegistration && standing.contacts.length === 0) return deny('not-registered');
  return MATCHES;
}

function judgeAddress(address: SourceAddress | undefined, standing: Standing): Verdict {
  const { contacts, displaced } = standing;
  if (contacts === undefined) return unknown('contacts-not-listed');
  const right = [...contacts.filter(({ matches }) => matches).map(({ contact }) => contact), ...displaced];
  const wrong = contacts.filter(({ matches }) => !matches).map(({ contact }) => contact);
  // Where both kinds share one address (an SBC in front of every phone, a thief that claims the phone's), the right
  // phone's word stands: a thief must not be able to silence it by registering.
  if (address !== undefined && isAnyAt(wrong, address) && !isAnyAt(right, address)) {
    return deny('wrong-device-registered');
  }
  if (standing.requireRegistration && !isRegisteredAt(address, right)) return deny('not-registered');
  return MATCHES;
}

function isAnyAt(contacts: readonly Contact[], address: SourceAddress): boolean {
  return contacts.some(({ source }) => source !== undefined && sameAddress(source.address, address));
}

/**
 * The same IP and port; for TCP and TLS the same IP, because a phone that reconnects calls from a new port before it
 * registers anew.
 */
export function isRegisteredAt(address: SourceAddress | undefined, right: readonly Contact[]): boolean {
  if (address === undefined) return false;
  return right.some(({ source }) => {
    if (source === undefined) return false;
    const { transport, ip } = source.address;
    const isStream = transport !== 'udp' && transport !== 'unknown';
    return sameAddress(source.address, address) || (isStream && ip === address.ip);
  });
}

const GRAVITY = { allow: 0, unknown: 1, deny: 2 } as const;

/** An enforced deny outweighs an unknown, which outweighs an allow; a monitored deny yields to a graver answer. */
function graver(a: Judgement, b: Judgement): Judgement {
  const weigh = (one: Judgement) => GRAVITY[answerOf(one).kind] * 2 + (one.verdict.kind === 'deny' ? 1 : 0);
  return weigh(b) > weigh(a) || (a === NOBODY && weigh(b) === weigh(a)) ? b : a;
}

const MATCHES: Verdict = { kind: 'allow', reason: 'matches' };
const NEWER_FIRMWARE: Verdict = { kind: 'allow', reason: 'newer-firmware' };

function deny(reason: DenyReason): Verdict {
  return { kind: 'deny', reason };
}

function unknown(reason: UnknownReason): Verdict {
  return { kind: 'unknown', reason };
}
