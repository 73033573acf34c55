/** A lock moves to its phone's newer firmware, on the real table, operator and guardian. */
import { beforeEach, expect, test } from 'vitest';
import { parseAddress } from '../../../src/domain/address.ts';
import type { AuditEntry } from '../../../src/domain/audit.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { type FirmwareDrift, NO_POLICY } from '../../../src/domain/policy.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import type { Violation } from '../../../src/domain/violation.ts';
import { EventLog, type ServiceEvent } from '../../../src/log/event-log.ts';
import { Library } from '../../../src/operator/library.ts';
import { Operator } from '../../../src/operator/operator.ts';
import { FirmwareFollower } from '../../../src/service/firmware-follower.ts';
import { Guardian } from '../../../src/service/guardian.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';
import { ViolationBook } from '../../../src/state/violation-book.ts';
import { until } from '../../lab/until.ts';

const OLD = 'Yealink SIP-T46U 108.86.0.20';
const NEW = 'Yealink SIP-T46U 108.86.0.90';
const SOFT = { kind: 'custom', match: 'prefix', value: 'Zoiper' } as const;
const [HERE, ELSEWHERE] = ['192.0.2.10:5060', '198.51.100.66:5060'];
const logger = { debug() {}, info() {}, warn() {}, error() {} };

let table: ExtensionTable;
let guardian: Guardian;
let audit: AuditEntry[];
let events: ServiceEvent[];
let violations: Violation[];
/** What the disk does with a change. */
let commit: () => Promise<void>;

beforeEach(() => {
  [audit, events, violations] = [[], [], []];
  commit = async () => undefined;
  table = new ExtensionTable();
  table.setExtensions(new Map([['1001', undefined]]));
  table.markLoaded();
  table.markContactsListed();
  const log = new EventLog(logger, Date.now);
  log.on('event', (event) => events.push(event));
  const operator = new Operator({
    ...{ table, library: new Library([], []), now: Date.now },
    store: { commit: () => commit(), violations: async () => [] },
    judgeAnew: (extensions) => guardian.judgeAnew(extensions),
    clear: () => 0,
    touchSystem: () => undefined,
    announce: (entry) => audit.push(entry),
  });
  const follower = new FirmwareFollower({
    ...{ table, operator, events: log, logger },
    judgeAnew: (extensions) => guardian.judgeAnew(extensions),
  });
  guardian = new Guardian({
    ...{ table, book: new ViolationBook(), events: log, logger, now: Date.now },
    store: {
      putViolation: (violation) => violations.push(violation),
      ...{ putCall() {}, addSighting() {}, putContact() {}, deleteContact() {}, putExtensions() {} },
    },
    ...{ mirror: { touch: () => undefined }, pace: async () => undefined, remembered: [], quietAfter: 1e6 },
    onUpdate: (update) => follower.follow(update),
  });
  lock('follow');
  registers(OLD, HERE);
});

test('the lock moves with the REGISTER, keeps what else it holds, and no violation was ever there', async () => {
  registers(NEW, HERE);
  expect(table.contacts('1001')).toMatchObject([{ matches: true }]);
  await moved();
  expect(table.policy('1001').lock?.alternatives).toEqual([{ kind: 'device', userAgent: NEW }, SOFT]);
  expect(audit).toMatchObject([{ who: 'firmware-drift', action: 'lock', target: '1001' }]);
  expect(events).toContainEqual(
    expect.objectContaining({ event: 'firmware-followed', was: OLD, now: NEW, from: HERE }),
  );
  expect(violations).toEqual([]);
});

test('the call that comes before the REGISTER was heard of passes, and moves nothing yet', async () => {
  expect(calls(NEW, HERE)).toBe('allow');
  await new Promise((resolve) => setImmediate(resolve));
  expect([audit, violations]).toEqual([[], []]);
  expect(events).toContainEqual(
    expect.objectContaining({ event: 'newer-firmware-called', extension: '1001', device: NEW, from: HERE }),
  );
  registers(NEW, HERE);
  await moved();
});

test('calls pass while the disk is slow, and the lock moves once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  commit = () => promise;
  registers(NEW, HERE);
  expect([calls(NEW, HERE), calls(NEW, HERE)]).toEqual(['allow', 'allow']);
  resolve();
  await moved();
  expect(audit).toHaveLength(1);
});

test('where the disk refuses, nothing has moved, and the next REGISTER tries again', async () => {
  commit = async () => Promise.reject(new Error('disk full'));
  registers(NEW, HERE);
  await until('a violation', 5000, () => violations.length > 0);
  expect(table.policy('1001').lock?.alternatives).toContainEqual({ kind: 'device', userAgent: OLD });
  commit = async () => undefined;
  registers(NEW, HERE, 1);
  await moved();
  expect(violations.at(-1)?.ended?.how).toBe('matched');
});

test('a thief who claims a newer firmware from elsewhere moves nothing', async () => {
  registers(NEW, ELSEWHERE);
  expect(calls(NEW, ELSEWHERE)).toBe('deny');
  expect(violations).toMatchObject([{ reason: 'wrong-device' }]);
  expect(audit).toEqual([]);
});

test('an operator who wants to be told is told what it looks like, and how to accept it', () => {
  lock('notify');
  registers(NEW, HERE);
  expect(violations).toMatchObject([{ reason: 'newer-firmware' }]);
  expect(events).toContainEqual(
    expect.objectContaining({
      event: 'looks-like-firmware-update',
      device: NEW,
      hint: 'If it is your phone: device-lock lock 1001 --this-device --add',
    }),
  );
});

function lock(firmwareDrift: FirmwareDrift): void {
  const alternatives = [{ kind: 'device', userAgent: OLD }, SOFT] as const;
  table.setPolicy('1001', { ...NO_POLICY, firmwareDrift, lock: { alternatives } });
}

/** The extension has one contact. */
function registers(userAgent: string, from: string, later = 0): void {
  const address = parseAddress(from, 'udp');
  const contact: Contact = {
    ...{ id: `1001;@${userAgent}`, extension: '1001', uri: 'sip:1001@192.0.2.10', callId: '0_1234@a' },
    userAgent: userAgentFromText(userAgent),
    expires: 2_000_000_000 + later,
    source: address && { address, proof: 'seen' },
  };
  guardian.onContacts('1001', [contact], false);
}

function calls(userAgent: string, from: string): string {
  const call = { endpoint: '1001', userAgent: userAgentFromText(userAgent), address: parseAddress(from) };
  return guardian.decide({
    call: { ...call, behind: [] },
    ...{ linkedId: String(Math.random()), callId: '0_9876@a', dialled: '0044', channel: 'PJSIP/1001-1' },
  }).kind;
}

function moved(): Promise<void> {
  return until('the lock has moved', 5000, () => events.some(({ event }) => event === 'firmware-followed'));
}
