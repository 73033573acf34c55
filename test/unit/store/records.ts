/** Records as the service makes them, each to be changed where a test cares. */

import type { CallRecord } from '../../../src/domain/call-record.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { NO_POLICY } from '../../../src/domain/policy.ts';
import type { Reaction } from '../../../src/domain/reaction.ts';
import type { Sighting } from '../../../src/domain/sighting.ts';
import type { Violation } from '../../../src/domain/violation.ts';
import type { Change } from '../../../src/store/store.ts';

export function sighting(change: Partial<Sighting> = {}): Sighting {
  return {
    extension: '100',
    userAgent: { kind: 'text', text: 'Yealink SIP-T46U 108.86.0.20' },
    address: { transport: 'udp', ip: '192.0.2.1', port: 5060 },
    by: 'REGISTER',
    matched: true,
    firstSeen: 1000,
    lastSeen: 1000,
    count: 1,
    ...change,
  };
}

export function violation(change: Partial<Violation> = {}): Violation {
  return {
    id: 1,
    extension: '100',
    userAgent: { kind: 'text', text: 'friendly-scanner' },
    address: { transport: 'tcp', ip: '2001:db8::1', port: 40_000 },
    reason: 'wrong-device',
    by: ['REGISTER'],
    mode: 'enforce',
    firstSeen: 1000,
    lastSeen: 2000,
    registers: 1,
    calls: 0,
    dialled: undefined,
    ended: undefined,
    ...change,
  };
}

export function call(change: Partial<CallRecord> = {}): CallRecord {
  return {
    linkedId: '1700000000.1',
    extension: '100',
    dialled: '00441632960000',
    userAgent: { kind: 'absent' },
    address: { transport: 'udp', ip: '192.0.2.9', port: 5060 },
    reason: 'no-user-agent',
    outcome: 'refused',
    violation: 1,
    at: 1000,
    ...change,
  };
}

export function reaction(change: Partial<Reaction> = {}): Reaction {
  return {
    extension: '100',
    violation: 1,
    kind: 'evicted',
    userAgent: { kind: 'text', text: 'friendly-scanner' },
    address: { transport: 'udp', ip: '192.0.2.9', port: 5060 },
    firstAt: 1000,
    lastAt: 1000,
    count: 1,
    ...change,
  };
}

export function contact(change: Partial<Contact> = {}): Contact {
  return {
    id: '100;@0123456789abcdef',
    extension: '100',
    uri: 'sip:100@192.0.2.1:5060',
    userAgent: { kind: 'text', text: 'Yealink SIP-T46U 108.86.0.20' },
    callId: 'a@b',
    expires: 1_700_000_000,
    source: { address: { transport: 'udp', ip: '192.0.2.1', port: 5060 }, proof: 'seen' },
    ...change,
  };
}

export function locking(extension: string, userAgent = 'Yealink SIP-T46U 108.86.0.20'): Change {
  return {
    policies: new Map([
      [
        extension,
        {
          ...NO_POLICY,
          lock: { alternatives: [{ kind: 'device', userAgent }] },
        },
      ],
    ]),
    audit: [
      { at: 1_700_000_000_000, who: 'cli:root', action: 'lock', target: extension, detail: 'none -> device' },
    ],
  };
}
