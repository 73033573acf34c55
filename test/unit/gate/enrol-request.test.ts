/** A dialled code as the dialplan asks about it, and everything that is not one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isEnrolRequest, readEnrolRequest } from '../../../src/gate/enrol-request.ts';

const PARTS = ['1795218947.32', '1001', '7', 'Acme%20X', '192.0.2.7%3A5060', 'a%40b', '12345678'];

function head(parts: readonly string[] = PARTS, script = 'enrol/1/'): string[] {
  const path = `${script}${parts.join('/')}`;
  return [
    'agi_network: yes',
    `agi_network_script: ${path}`,
    `agi_request: agi://127.0.0.1:4580/${path}`,
    'agi_channel: PJSIP/1001-0000002a',
  ];
}

function withPart(at: number, text: string): string[] {
  return head(PARTS.map((part, index) => (index === at ? text : part)));
}

test('the phone, its address and the digits are read', () => {
  expect(isEnrolRequest(head())).toBe(true);
  expect(readEnrolRequest(withPart(2, '6'))).toEqual({
    kind: 'enrol',
    request: {
      endpoint: '1001',
      userAgent: { kind: 'text', text: 'Acme X' },
      address: { transport: 'unknown', ip: '192.0.2.7', port: 5060 },
      ...{ linkedId: '1795218947.32', callId: 'a@b', digits: '12345678' },
    },
  });
});

test("a call's question is none of these", () => {
  expect(isEnrolRequest(head(PARTS, 'check/1/'))).toBe(false);
  expect(isEnrolRequest([])).toBe(false);
});

test.each([
  ['no digits', withPart(6, ''), 'malformed-request'],
  ['letters', withPart(6, '1234x'), 'malformed-request'],
  ['more digits than any code', withPart(6, '1'.repeat(17)), 'malformed-request'],
  ['a line end behind the digits', withPart(6, '1234%0a'), 'malformed-request'],
  ['a length that is none', withPart(2, 'x'), 'malformed-request'],
  ['a part too few', head(PARTS.slice(1)), 'malformed-request'],
  ['what is not encoded', withPart(3, 'a%zz'), 'malformed-request'],
  ['another version', head(PARTS, 'enrol/2/'), 'wrong-version'],
])('a request with %s is a fault', (_, lines, code) => {
  expect(readEnrolRequest(lines)).toMatchObject({ kind: 'fault', code });
});

test('a length that is not that of the User-Agent proves no device', () => {
  expect(readEnrolRequest(withPart(2, '9'))).toMatchObject({ request: { userAgent: { kind: 'malformed' } } });
});

test('whatever stands in the path, it is read as digits or refused, and never throws', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary-ascii' }), { maxLength: 9 }), (parts) => {
      const read = readEnrolRequest(head(parts));
      if (read.kind === 'enrol') expect(read.request.digits).toMatch(/^\d{1,16}$/);
    }),
  );
});
