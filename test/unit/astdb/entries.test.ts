import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asciiJson,
  extensionEntries,
  extensionOfKey,
  joinPieces,
  passDigest,
  pieces,
} from '../../../src/astdb/entries.ts';
import { recoverFrom } from '../../../src/astdb/recovery.ts';
import type { Grant } from '../../../src/domain/grant.ts';
import type { Alternative } from '../../../src/domain/lock.ts';
import { type ExtensionPolicy, NO_POLICY } from '../../../src/domain/policy.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';

const DEVICE: Alternative = { kind: 'device', userAgent: 'Yealink SIP-T46U 108.86.0.20' };
const LOCKED: ExtensionPolicy = { ...NO_POLICY, lock: { alternatives: [DEVICE] } };

const facts = {
  policy: LOCKED,
  lock: LOCKED.lock,
  mode: 'enforce',
  inViolation: false,
  passes: [],
} as const;

describe('what the dialplan reads of an extension', () => {
  it('says nothing of one without a lock', () => {
    expect(
      extensionEntries('1001', { ...facts, policy: NO_POLICY, lock: undefined, inViolation: true }).size,
    ).toBe(0);
  });

  it('says the lock in force, also an inherited one', () => {
    const lock = { alternatives: [{ kind: 'model', model: 'yealink-t' }] } as const;
    const entries = extensionEntries('1001', { ...facts, policy: NO_POLICY, lock });
    expect([...entries]).toEqual([['LOCK_MODE/1001', 'model']]);
  });

  it('flags an open violation, but not in monitor, where nothing is dropped', () => {
    expect(extensionEntries('1001', { ...facts, inViolation: true }).get('VIOLATION/1001')).toBe('1');
    const monitored = extensionEntries('1001', { ...facts, inViolation: true, mode: 'monitor' });
    expect(monitored.has('VIOLATION/1001')).toBe(false);
    expect(monitored.get('MONITOR/1001')).toBe('1');
  });

  it('gives one pass for each device and IP, good until the later of two registrations', () => {
    const userAgent = userAgentFromText(DEVICE.userAgent);
    const passes = [
      { userAgent, ip: '192.0.2.1', until: 100 },
      { userAgent, ip: '192.0.2.1', until: 300 },
      { userAgent, ip: '192.0.2.2', until: 200 },
    ];
    const entries = extensionEntries('1001', { ...facts, passes });
    expect(entries.get(`PASS/1001/${passDigest(DEVICE.userAgent, '192.0.2.1')}`)).toBe('300');
    expect(entries.get(`PASS/1001/${passDigest(DEVICE.userAgent, '192.0.2.2')}`)).toBe('200');
  });

  it('knows whose entry a key is', () => {
    expect(extensionOfKey('PASS/1001/abc')).toBe('1001');
    expect(extensionOfKey('LOCK/1001/0')).toBe('1001');
    expect(extensionOfKey('MODEL/yealink-t/0')).toBeUndefined();
  });
});

describe('what a lost database is rebuilt from', () => {
  it('gives back every policy, whatever text its lock holds', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 512 });
    const alternative = fc.oneof(
      text.map((userAgent): Alternative => ({ kind: 'device', userAgent })),
      text.map((value): Alternative => ({ kind: 'custom', match: 'prefix', value })),
      fc.constant<Alternative>({ kind: 'model', model: 'yealink-t' }),
    );
    const policy = fc.record({
      lock: fc.option(fc.record({ alternatives: fc.array(alternative, { minLength: 1, maxLength: 16 }) }), {
        nil: undefined,
      }),
      mode: fc.constantFrom('enforce', 'monitor', undefined),
      requireRegistration: fc.constantFrom(true, false, undefined),
      evict: fc.constantFrom(true, false, undefined),
      hangUp: fc.constantFrom(true, false, undefined),
      firstUse: fc.constantFrom(true, false, undefined),
      firmwareDrift: fc.constantFrom('off' as const, 'notify' as const, 'follow' as const, undefined),
      networks: fc.option(fc.array(text, { maxLength: 16 }), { nil: undefined }),
    });
    const until = fc.integer({ min: 1, max: 8_640_000_000_000_000 });
    const grants = fc.array<Grant>(fc.record({ alternative, until }), { minLength: 1, maxLength: 16 });
    const granted = fc
      .tuple(policy, fc.option(grants))
      .map(([decided, some]): ExtensionPolicy => (some === null ? decided : { ...decided, grants: some }));
    fc.assert(
      fc.property(granted, (given) => {
        const entries = extensionEntries('1001', { ...facts, policy: given, lock: given.lock });
        const isEmpty = Object.values(given).every((value) => value === undefined);
        expect(recoverFrom(entries).policies.get('1001')).toEqual(isEmpty ? undefined : given);
      }),
      { numRuns: 50 },
    );
  });

  it('sends only what AMI can carry: printable ASCII in lines well under 1024 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4000 }), (text) => {
        for (const [key, piece] of pieces('LOCK/1001', asciiJson({ text }))) {
          expect(piece).toMatch(/^[\x20-\x7e]*$/);
          expect(key.length + piece.length).toBeLessThan(1000);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('puts pieces together in their order', () => {
    const long = ['x'.repeat(900), 'y'.repeat(900), 'z'].join('');
    expect(joinPieces('MODEL', new Map([...pieces('MODEL/a', long)].reverse())).get('a')).toBe(long);
  });

  it('leaves a grant out that it cannot read, and never makes it last', () => {
    const good = { alternative: DEVICE, until: 1_900_000_000_000 };
    for (const odd of [
      null,
      'x',
      { alternative: DEVICE },
      { ...good, until: '9' },
      { ...good, until: 1e300 },
    ]) {
      const tree = new Map([['LOCK/1001/0', asciiJson({ ...LOCKED, grants: [odd, good] })]]);
      expect(recoverFrom(tree).policies.get('1001')).toEqual({ ...LOCKED, grants: [good] });
    }
  });

  it('names what it cannot read, and recovers the rest', () => {
    const tree = new Map([
      ['LOCK/1001/0', '{"lock":{"alternatives":[{"kind":"device"}]}}'],
      ['LOCK/1002/0', 'not json'],
      ['LOCK/1003/0', asciiJson(LOCKED)],
      ['LOCK_MODE/1003', 'device'],
      ['MODEL/UPPER/0', '{}'],
    ]);
    const { policies, unreadable } = recoverFrom(tree);
    expect([...policies.keys()]).toEqual(['1003']);
    expect(unreadable).toEqual(['LOCK/1001', 'LOCK/1002', 'MODEL/UPPER']);
  });
});
