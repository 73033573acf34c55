/** Generators of every record that an operator or a hostile peer could bring about. */
import fc from 'fast-check';
import type { SourceAddress } from '../../../src/domain/address.ts';
import type { CallRecord } from '../../../src/domain/call-record.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import type { Alternative } from '../../../src/domain/lock.ts';
import type { PhoneModel } from '../../../src/domain/phone-model.ts';
import type { ExtensionPolicy, Options, Settings } from '../../../src/domain/policy.ts';
import type { Sighting } from '../../../src/domain/sighting.ts';
import { parseUserAgent } from '../../../src/domain/user-agent.ts';
import type { Violation } from '../../../src/domain/violation.ts';

/** Anything that well-formed Unicode can say: quotes, NUL, controls, astral planes. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(
    "'; DROP TABLE policies; --",
    '"',
    '\0',
    'a\0b',
    '\u{feff}x',
    '%s%n',
    '\u202egnp.exe',
    'NULL',
  ),
);
const someText = hostileText.filter((text) => text !== '');
const time = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

export const userAgents = fc.oneof(
  fc.uint8Array({ maxLength: 600 }).map((bytes) => parseUserAgent(bytes)),
  hostileText.map((text) => parseUserAgent(new TextEncoder().encode(text))),
  fc.constantFrom(
    { kind: 'absent' } as const,
    { kind: 'text', text: '(none)' } as const,
    { kind: 'text', text: '(too-long) a' } as const,
    { kind: 'malformed', why: 'too-long', shown: 'a' } as const,
    { kind: 'malformed', why: 'not-utf8', shown: '' } as const,
  ),
);

const addresses: fc.Arbitrary<SourceAddress> = fc.record({
  transport: fc.constantFrom('udp', 'tcp', 'tls', 'ws', 'wss', 'unknown'),
  ip: fc.oneof(fc.ipV4(), fc.ipV6()),
  port: fc.integer({ min: 1, max: 65_535 }),
});
const dialled = fc.string({ unit: fc.constantFrom(...'0123456789*#+'), maxLength: 64 });

export const violations: fc.Arbitrary<Violation> = fc.record({
  id: fc.integer({ min: 1, max: 1_000_000 }),
  extension: someText,
  userAgent: userAgents,
  address: maybe(addresses),
  reason: fc.constantFrom(
    ...([
      'wrong-device',
      'no-user-agent',
      'malformed-user-agent',
      'not-registered',
      'wrong-network',
      'newer-firmware',
    ] as const),
    'wrong-device-registered',
  ),
  by: fc.constantFrom<Violation['by'][]>(
    ['REGISTER'],
    ['INVITE'],
    ['REGISTER', 'INVITE'],
    ['INVITE', 'REGISTER'],
  ),
  mode: fc.constantFrom('enforce', 'monitor'),
  firstSeen: time,
  lastSeen: time,
  registers: fc.nat(),
  calls: fc.nat(),
  dialled: maybe(dialled),
  ended: maybe(
    fc.record({
      at: time,
      how: fc.constantFrom(
        'matched',
        'contact-gone',
        'evicted',
        'lock-changed',
        'cleared',
        'quiet',
        'superseded',
      ),
    }),
  ),
});

export const calls: fc.Arbitrary<CallRecord> = fc.record({
  linkedId: hostileText,
  extension: hostileText,
  dialled,
  userAgent: maybe(userAgents),
  address: maybe(addresses),
  reason: hostileText,
  outcome: fc.constantFrom('refused', 'monitored', 'refused-unanswered', 'emergency'),
  violation: maybe(fc.nat()),
  at: time,
});

export const contacts: fc.Arbitrary<Contact> = fc.record({
  id: someText,
  extension: hostileText,
  uri: hostileText,
  userAgent: userAgents,
  callId: hostileText,
  expires: fc.nat(),
  source: maybe(fc.record({ address: addresses, proof: fc.constantFrom('seen', 'claimed') })),
});

export const sightings: fc.Arbitrary<Sighting> = fc.record({
  extension: hostileText,
  userAgent: userAgents,
  address: maybe(addresses),
  by: fc.constantFrom('REGISTER', 'INVITE'),
  matched: maybe(fc.boolean()),
  firstSeen: time,
  lastSeen: time,
  count: fc.integer({ min: 1, max: 1_000_000 }),
});

const alternatives: fc.Arbitrary<Alternative> = fc.oneof(
  fc.record({ kind: fc.constant('device' as const), userAgent: someText }),
  fc.record({ kind: fc.constant('model' as const), model: someText }),
  fc.record({
    kind: fc.constant('custom' as const),
    match: fc.constantFrom('exact', 'prefix', 'pattern'),
    value: someText,
  }),
);

const options = {
  mode: fc.constantFrom('enforce', 'monitor'),
  requireRegistration: fc.boolean(),
  evict: fc.boolean(),
  hangUp: fc.boolean(),
  firstUse: fc.boolean(),
  firmwareDrift: fc.constantFrom('off', 'notify', 'follow'),
  networks: fc.array(hostileText, { maxLength: 4 }),
} satisfies { [K in keyof Options]: fc.Arbitrary<Options[K]> };

export const policies: fc.Arbitrary<ExtensionPolicy> = fc.record({
  lock: maybe(fc.record({ alternatives: fc.array(alternatives, { minLength: 1, maxLength: 16 }) })),
  mode: maybe(options.mode),
  requireRegistration: maybe(options.requireRegistration),
  evict: maybe(options.evict),
  hangUp: maybe(options.hangUp),
  firstUse: maybe(options.firstUse),
  firmwareDrift: maybe(options.firmwareDrift),
  networks: maybe(options.networks),
});

export const models: fc.Arbitrary<PhoneModel> = fc.record({
  id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,39}$/),
  vendor: hostileText,
  model: hostileText,
  kind: fc.constantFrom('desk', 'dect', 'conference', 'adapter', 'intercom', 'soft', 'server'),
  pattern: hostileText,
  matches: fc.array(hostileText, { maxLength: 4 }),
  rejects: fc.array(hostileText, { maxLength: 4 }),
});

export const settings: fc.Arbitrary<Settings> = fc.record({
  ...options,
  fallback: maybe(hostileText),
});

export const extensionNames = someText;
export const labels = maybe(hostileText);
export const auditEntries = fc.record({
  at: time,
  who: someText,
  action: someText,
  target: hostileText,
  detail: hostileText,
});
