/**
 * Digest authentication (RFC 2617, as SIP uses it in section 22 of RFC 3261): MD5, with qop=auth or without. Pure: the
 * client's nonce is given. Never keeps a password and never puts one into an error.
 */
import { createHash } from 'node:crypto';
import { isBlank } from './blanks.ts';
import type { HeaderLine } from './encode.ts';
import type { SipResponse } from './message.ts';
import { parseParameters, quote, splitUnquoted } from './quoted.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** Whether the server offered qop=auth. */
  readonly hasQop: boolean;
  /** The nonce was the fault, not the password: the same credentials are worth another try. */
  readonly isStale: boolean;
  /** The header that answers it. */
  readonly answerIn: 'Authorization' | 'Proxy-Authorization';
}

/** The first challenge of a 401 or 407 that the phone can answer; undefined where there is none. */
export function challengeOf(response: SipResponse): Challenge | undefined {
  if (response.status !== 401 && response.status !== 407) return undefined;
  const isProxy = response.status === 407;
  for (const value of response.headers.all(isProxy ? 'proxy-authenticate' : 'www-authenticate')) {
    const challenge = parseChallenge(value, isProxy ? 'Proxy-Authorization' : 'Authorization');
    if (challenge !== undefined) return challenge;
  }
  return undefined;
}

/** The header that answers a challenge. Its nonce count is always 1: every request asks for a challenge of its own. */
export function authorizationLine(
  challenge: Challenge,
  request: { readonly method: string; readonly uri: string },
  credentials: Credentials,
  clientNonce: string,
): HeaderLine {
  const fields = [
    `username=${quote(credentials.user)}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${digestResponse(challenge, request, credentials, clientNonce)}"`,
    'algorithm=MD5',
  ];
  if (challenge.hasQop) fields.push('qop=auth', `nc=${NONCE_COUNT}`, `cnonce=${quote(clientNonce)}`);
  if (challenge.opaque !== undefined) fields.push(`opaque=${quote(challenge.opaque)}`);
  return [challenge.answerIn, `Digest ${fields.join(', ')}`];
}

const NONCE_COUNT = '00000001';

/** `request-digest` of RFC 2617, section 3.2.2.1, in lower-case hexadecimal. */
export function digestResponse(
  challenge: Pick<Challenge, 'realm' | 'nonce' | 'hasQop'>,
  request: { readonly method: string; readonly uri: string },
  credentials: Credentials,
  clientNonce: string,
): string {
  const secret = md5(`${credentials.user}:${challenge.realm}:${credentials.password}`);
  const asked = md5(`${request.method}:${request.uri}`);
  const middle = challenge.hasQop ? `${challenge.nonce}:${NONCE_COUNT}:${clientNonce}:auth` : challenge.nonce;
  return md5(`${secret}:${middle}:${asked}`);
}

function parseChallenge(value: string, answerIn: Challenge['answerIn']): Challenge | undefined {
  if (!/^digest$/i.test(value.slice(0, 6)) || !isBlank(value[6])) return undefined;
  const fields = parseParameters(splitUnquoted(value.slice(7), ','));
  const realm = fields.get('realm');
  const nonce = fields.get('nonce');
  const qop = fields.get('qop');
  if (realm === undefined || nonce === undefined) return undefined;
  if ((fields.get('algorithm') ?? 'MD5').toUpperCase() !== 'MD5') return undefined;
  const offers = qop?.split(',').map((offer) => offer.trim().toLowerCase());
  if (offers !== undefined && !offers.includes('auth')) return undefined;
  return {
    realm,
    nonce,
    opaque: fields.get('opaque'),
    hasQop: offers !== undefined,
    isStale: fields.get('stale')?.toLowerCase() === 'true',
    answerIn,
  };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
