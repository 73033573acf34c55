/**
 * Makes a Contact of what Asterisk tells of one: a ContactList event, its JSON in AstDB, or single values. Every text in
 * it comes from a stranger's REGISTER. It asks Asterisk nothing.
 */
import { createHash } from 'node:crypto';
import { parseAddress, parseTransport } from '../../domain/address.ts';
import type { Contact } from '../../domain/contact.ts';
import { inBadCompany, parseUserAgent } from '../../domain/user-agent.ts';
import type { AmiMessage } from './message.ts';

/** The names of a contact's values in AstDB and in the dialplan function PJSIP_CONTACT. */
export const CONTACT_FIELDS = ['user_agent', 'uri', 'call_id', 'expiration_time', 'endpoint'] as const;

export type ContactField = (typeof CONTACT_FIELDS)[number];

/** A Call-ID ties a contact to a security event; more of it than this, in characters, is nobody's. */
const MAX_CALL_ID = 256;
/** A registration's id; a contact from the configuration has `@@` in it and is none. */
const CONTACT_ID = /^(.+);@[0-9a-f]{32}$/s;

/**
 * Undefined for what is no live registration. An invalid UTF-8
 * User-Agent never reaches Asterisk's store, so it shows here as an absent one, which matches no lock either.
 */
export function makeContact(
  id: string,
  field: (name: ContactField) => Buffer | undefined,
): Contact | undefined {
  const aor = CONTACT_ID.exec(id)?.[1];
  const uri = field('uri')?.toString();
  if (aor === undefined || uri === undefined || uri === '') return undefined;
  const expires = Number(field('expiration_time'));
  return {
    id,
    extension: field('endpoint')?.toString() || aor,
    uri,
    userAgent: parseUserAgent(field('user_agent') ?? Buffer.alloc(0)),
    callId: clipCallId(field('call_id')?.toString() ?? ''),
    expires: Number.isSafeInteger(expires) ? expires : 0,
    source: claimedSource(uri),
  };
}

export function contactFromEvent(event: AmiMessage): Contact | undefined {
  const names: Record<ContactField, string> = {
    user_agent: 'UserAgent',
    uri: 'Uri',
    call_id: 'CallId',
    expiration_time: 'ExpirationTime',
    endpoint: 'Endpoint',
  };
  return makeContact(event.text('ObjectName') ?? '', (name) => event.bytes(names[name]));
}

/**
 * `cut` where the text is no JSON: Asterisk 16 answers DBGet with the first 255 bytes of a value. `unreadable` where it is
 * no contact at all.
 */
export function contactFromJson(id: string, json: string): Contact | 'cut' | 'unreadable' {
  let stored: unknown;
  try {
    stored = JSON.parse(json);
  } catch {
    return 'cut';
  }
  if (typeof stored !== 'object' || stored === null) return 'unreadable';
  const values = new Map<string, unknown>(Object.entries(stored));
  const field = (name: ContactField) => {
    const value = values.get(name);
    return typeof value === 'string' ? Buffer.from(value) : undefined;
  };
  return makeContact(id, field) ?? makeStray(id, field) ?? 'unreadable';
}

/**
 * Asterisk leaves out of the JSON what is not UTF-8, be it the URI. No phone registers that: whatever it says of itself, it
 * is nobody's right device.
 */
function makeStray(id: string, field: (name: ContactField) => Buffer | undefined): Contact | undefined {
  if (field('expiration_time') === undefined) return undefined;
  const stray = makeContact(id, (name) => (name === 'uri' ? Buffer.from('-') : field(name)));
  if (stray === undefined) return undefined;
  return { ...stray, uri: '', userAgent: inBadCompany(field('user_agent') ?? Buffer.alloc(0)) };
}

/** The same cut wherever a Call-ID comes in, so that two tellings of one stay the same. */
export function clipCallId(callId: string): string {
  return callId.slice(0, MAX_CALL_ID);
}

/** The id that Asterisk gives a contact of this AOR with this URI, as it stands in events. */
export function contactId(aor: string, uri: string): string {
  return `${aor};@${createHash('md5').update(uri, 'utf8').digest('hex')}`;
}

/**
 * Where the contact says it is. It is only a claim, and never the Via's host and port: those are the sender's words
 * too, and name no transport.
 */
export function claimedSource(uri: string): Contact['source'] {
  const match = /^(sips?):(?:[^@]*@)?(\[[^\]]*\]|[^:;?[\]]*)(?::(\d+))?(?=$|[;?])/i.exec(uri);
  if (match === null) return undefined;
  const [whole, scheme = '', host = '', port] = match;
  const isSecure = scheme.toLowerCase() === 'sips';
  const parameter = /;transport=([a-z]+)/i.exec(uri.slice(whole.length))?.[1];
  const transport = parseTransport(parameter ?? (isSecure ? 'tls' : 'udp'));
  const defaultPort = isSecure || transport === 'tls' ? 5061 : 5060;
  const address = parseAddress(`${host.toLowerCase()}:${port ?? defaultPort}`, transport);
  return address === undefined ? undefined : { address, proof: 'claimed' };
}
