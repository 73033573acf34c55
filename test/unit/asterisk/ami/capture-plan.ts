/** What `capture.ts` registers and asks, and what the tests of the recorded answers therefore find. */
import { createHash } from 'node:crypto';
import type { Field } from '../../../../src/asterisk/ami/action.ts';
import { CONTACT_FIELDS } from '../../../../src/asterisk/ami/contact-fields.ts';
import type { ExtraHeader } from '../../../sip/encode.ts';
import type { RegisterOptions } from '../../../sip/registration.ts';

export const URIS = {
  plain: 'sip:1001@192.0.2.1:5062',
  awkward: 'sip:1011@192.0.2.11;transport=tcp',
  notUtf8: 'sip:1012@[2001:db8::12]:5070',
  tooLong: 'sip:1013@phone.example',
  absent: 'sips:1013@192.0.2.13',
} as const;

export const AWKWARD_USER_AGENT = ' a "quoted" back\\slash: {ü}, 電 ';

/** The first phone's extension takes several contacts. */
export const PHONES: readonly { user: string; registrations: readonly RegisterOptions[] }[] = [
  {
    user: '1011',
    registrations: [{ contactUri: URIS.awkward, callId: 'trace-awkward', userAgent: AWKWARD_USER_AGENT }],
  },
  {
    user: '1001',
    registrations: [
      { contactUri: URIS.plain, callId: 'trace-plain', userAgent: 'Yealink SIP-T46U 108.86.0.20' },
    ],
  },
  {
    user: '1012',
    registrations: [
      { contactUri: URIS.notUtf8, callId: 'trace-not-utf8', userAgent: Buffer.from([0x41, 0xff, 0x42]) },
    ],
  },
  {
    user: '1013',
    registrations: [
      { contactUri: URIS.tooLong, callId: 'trace-too-long', userAgent: 'L'.repeat(600) },
      { contactUri: URIS.absent, callId: 'trace-absent', userAgent: null },
    ],
  },
];

/** Beside the headers of {@link PHONES}: a contact whose URI is not UTF-8, where Asterisk's own lists end. */
export const POISON: readonly ExtraHeader[] = [
  ['Contact', null],
  Buffer.from('Contact: <sip:0@192.0.2.99:5060;x="\xff">', 'latin1'),
];

/** FreePBX's entries in AstDB, as `database put` wants them. */
export const DATABASE = [
  'DEVICE 1001/tech pjsip',
  'DEVICE 1001/user 1001',
  'DEVICE 1001/description "Front door"',
  'DEVICE 1011/tech pjsip',
  'DEVICE 1011/user none',
  'DEVICE 1011/description "Hall: left, \'old\'"',
  'DEVICE 1012/tech pjsip',
  'DEVICE 1002/tech sip',
  'AMPUSER 1001/cidname "Ann: front"',
];

export const ID = {
  plain: idOf('1001', URIS.plain),
  awkward: idOf('1011', URIS.awkward),
  notUtf8: idOf('1012', URIS.notUtf8),
  tooLong: idOf('1013', URIS.tooLong),
  absent: idOf('1013', URIS.absent),
  missing: idOf('1001', 'sip:nobody@192.0.2.66'),
};

export type Query = readonly [action: string, ...fields: Field[]];

const FAMILY = 'registrar/contact';

/**
 * What is asked, in order: before any phone has registered, after all have, and after one has registered a contact whose
 * URI is not UTF-8.
 */
export const STATES = {
  empty: [['Ping'], ['PJSIPShowContacts'], ['DBGetTree', ['Family', FAMILY]]],
  registered: [
    ['Ping'],
    ['PJSIPShowContacts'],
    ['DBGetTree', ['Family', FAMILY]],
    ...Object.values(ID).map((id): Query => ['DBGet', ['Family', FAMILY], ['Key', id]]),
    ...Object.values(ID).flatMap((id) =>
      CONTACT_FIELDS.map((field): Query => ['Getvar', ['Variable', `PJSIP_CONTACT(${id},${field})`]]),
    ),
    ...['1011', '1013', 'trunk'].map((aor): Query => ['Getvar', ['Variable', `PJSIP_AOR(${aor},contact)`]]),
    ['DBGetTree', ['Family', 'DEVICE']],
    ['DBGetTree', ['Family', 'device']],
    ['DBGetTree', ['Family', 'NOTHING']],
    ['DBGet', ['Family', 'AMPUSER'], ['Key', '1001/cidname']],
    ['DBDel', ['Family', 'NOTHING'], ['Key', 'here']],
    ['DBGet', ['Family', 'NOTHING'], ['Key', 'here']],
    ['PJSIPShowEndpoints'],
    ['ShowDialPlan', ['Context', 'from-internal'], ['Extension', '600']],
    ['ShowDialPlan', ['Context', 'no-such-context'], ['Extension', 's']],
    ['ShowDialPlan', ['Context', 'from-internal'], ['Extension', 'nobody']],
  ],
  poisoned: [['Ping'], ['PJSIPShowContacts'], ['DBGetTree', ['Family', FAMILY]]],
} as const satisfies Record<string, readonly Query[]>;

export type State = keyof typeof STATES;

/** The ActionID under which this was asked; undefined for what was not. */
export function recordedId(state: State, action: string, fields: readonly Field[]): string | undefined {
  const wanted = JSON.stringify([action, ...fields]);
  const index = STATES[state].findIndex((query) => JSON.stringify(query) === wanted);
  return index === -1 ? undefined : `${state}-${index}`;
}

function idOf(aor: string, uri: string): string {
  return `${aor};@${createHash('md5').update(uri).digest('hex')}`;
}
