/**
 * The smallest session description that a call needs (RFC 4566, RFC 3264): one audio stream, PCMU and PCMA. Pure. Never
 * negotiates anything else.
 */

/** Static payload types (RFC 3551): they need no rtpmap to be understood. */
const CODECS = new Map([
  [0, 'PCMU/8000'],
  [8, 'PCMA/8000'],
]);

/** The header that names a body of this kind. */
export const SDP_TYPE = ['Content-Type', 'application/sdp'] as const;

export interface MediaAddress {
  readonly ip: string;
  readonly port: number;
}

export function sdpOffer(media: MediaAddress): Buffer {
  return describe(media, [...CODECS.keys()]);
}

/** What of the offer the phone takes; undefined where it takes nothing, which is a 488. */
export function sdpAnswer(offer: Buffer, media: MediaAddress): Buffer | undefined {
  const audio = /^m=audio \d{1,5} RTP\/AVP((?: \d{1,3})+)\r?$/m.exec(offer.toString('latin1'));
  const offered = audio?.[1]?.trim().split(' ').map(Number) ?? [];
  const common = offered.filter((type) => CODECS.has(type));
  return common.length === 0 ? undefined : describe(media, common);
}

function describe({ ip, port }: MediaAddress, types: readonly number[]): Buffer {
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${ip}`,
    's=-',
    `c=IN IP4 ${ip}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${types.join(' ')}`,
    ...types.map((type) => `a=rtpmap:${type} ${CODECS.get(type)}`),
    'a=ptime:20',
    'a=sendrecv',
  ];
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
}
