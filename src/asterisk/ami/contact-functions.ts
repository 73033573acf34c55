/**
 * Reads contacts by the dialplan functions PJSIP_AOR and PJSIP_CONTACT, which need no channel: for an Asterisk that
 * keeps them outside AstDB, or that cuts what AstDB has (16 does, at 255 bytes). About 1 ms a contact.
 */
import type { Contact } from '../../domain/contact.ts';
import { AsteriskError } from '../port.ts';
import { CONTACT_FIELDS, type ContactField, makeContact } from './contact-fields.ts';
import type { AmiRequests } from './requests.ts';

/** What would end an argument or begin another is refused. */
const ARGUMENT = /^[^,()[\]"\\\p{Cc}]+$/u;
/** Getvar answers at most 1023 bytes; a list of ids nearly that long may have lost its end. */
const FULL_ANSWER = 1000;

export class ContactFunctions {
  readonly #client: AmiRequests;

  constructor(client: AmiRequests) {
    this.#client = client;
  }

  /** @param ids asked for as well where the AOR has more contacts than one answer holds */
  async ofAor(aor: string, ids: readonly string[]): Promise<Contact[]> {
    const listed = await this.#evaluate('PJSIP_AOR', aor, 'contact');
    const live = listed.toString().split(',');
    const candidates = listed.length < FULL_ANSWER ? live : [...new Set([...live.slice(0, -1), ...ids])];
    // `@@` instead of `;@` is a contact of the configuration, no registration.
    const registered = candidates.filter((id) => id.includes(';@'));
    const contacts = await Promise.all(registered.map((id) => this.one(id)));
    return contacts.filter((contact) => contact !== undefined);
  }

  /** Asking for an AOR's contacts makes Asterisk remove those that have expired, with all that hangs on them. */
  async prune(aor: string): Promise<void> {
    await this.#evaluate('PJSIP_AOR', aor, 'contact');
  }

  /** Asterisk logs a warning for each field of an id that it does not know. */
  async one(id: string): Promise<Contact | undefined> {
    const values = new Map<ContactField, Buffer>();
    const read = async (field: ContactField) => {
      values.set(field, await this.#evaluate('PJSIP_CONTACT', id, field));
    };
    await Promise.all(CONTACT_FIELDS.map(read));
    return makeContact(id, (field) => values.get(field));
  }

  async #evaluate(name: string, argument: string, field: string): Promise<Buffer> {
    if (!ARGUMENT.test(argument)) {
      throw new AsteriskError('malformed', `${name} cannot be asked for a name with such characters`);
    }
    const reply = await this.#client.request('Getvar', [['Variable', `${name}(${argument},${field})`]]);
    return reply.bytes('Value') ?? Buffer.alloc(0);
  }
}
