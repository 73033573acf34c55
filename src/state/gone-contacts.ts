/**
 * Contacts of the right device at one extension that went before they expired: what a wrong device displaced still stands
 * for its phone, which does not know. It judges nothing; who is right it is told.
 */
import { sameAddress } from '../domain/address.ts';
import type { Contact } from '../domain/contact.ts';
import type { UserAgentTest } from '../domain/matcher.ts';
import type { JudgedContact } from '../domain/verdict.ts';
import type { ContactChange } from './contact-change.ts';

interface Gone {
  readonly contact: Contact;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** A wrong device took its place: the phone still believes in it. Otherwise it unregistered. */
  isDisplaced: boolean;
}

/** How many gone contacts of one extension are remembered. */
const MAX_GONE = 8;
/** Asterisk removes the old contact before it shows the new one; a look-up may fall between. Milliseconds. */
const DISPLACED_WITHIN = 10_000;

export class GoneContacts {
  #gone: Gone[] = [];

  get isEmpty(): boolean {
    return this.#gone.length === 0;
  }

  /** What a wrong device displaced and has not expired, of those that `accepts` takes. */
  displaced(accepts: UserAgentTest | undefined, now: number): Contact[] {
    this.#gone = this.#gone.filter(({ contact }) => contact.expires > now / 1000);
    return this.#gone
      .filter(({ contact, isDisplaced }) => isDisplaced && accepts?.(contact.userAgent))
      .map(({ contact }) => contact);
  }

  /**
   * Only right devices are remembered: however often a thief comes and goes, it pushes none of them out.
   * @param isWrongHere a wrong device is registered now
   */
  note(
    were: readonly JudgedContact[],
    changes: readonly ContactChange[],
    isWrongHere: boolean,
    now: number,
  ): void {
    for (const { contact, matches } of were) {
      if (!matches) continue;
      const change = changes.find((one) => one.contact.id === contact.id);
      if (change?.kind === 'gone') this.#add({ contact, at: now, isDisplaced: false });
      // The same contact, refreshed by a wrong device from elsewhere: who was there was displaced too.
      else if (
        change?.kind === 'refreshed' &&
        change.matches === false &&
        !isSameSource(contact, change.contact)
      ) {
        this.#add({ contact, at: now, isDisplaced: true });
      }
    }
    for (const one of this.#gone) if (isWrongHere && now - one.at < DISPLACED_WITHIN) one.isDisplaced = true;
    this.#gone = this.#gone.filter(({ isDisplaced, at }) => isDisplaced || now - at < DISPLACED_WITHIN);
  }

  #add(gone: Gone): void {
    this.#gone = [...this.#gone.filter(({ contact }) => contact.id !== gone.contact.id), gone].slice(
      -MAX_GONE,
    );
  }
}

/** Certainly the same place: both sources were seen there. */
function isSameSource({ source: a }: Contact, { source: b }: Contact): boolean {
  return a?.proof === 'seen' && b?.proof === 'seen' && sameAddress(a.address, b.address);
}
