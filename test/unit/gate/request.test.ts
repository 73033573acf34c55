/** What a real Asterisk asks is understood to the byte, also where a caller tried to write the question himself. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeadReader } from '../../../src/gate/head.ts';
import { type GateRequest, type ReadRequest, readRequest } from '../../../src/gate/request.ts';
import { header, type QuestionParts, script } from './asterisk-side.ts';

const SOURCE = { transport: 'unknown', ip: '127.0.0.1', port: expect.any(Number) };
const DESK = { kind: 'text', text: 'Yealink SIP-T46U 108.86.0.20' };

describe.each(['asterisk-16', 'asterisk-22'])('a header recorded from %s', (version) => {
  test('of a desk phone is its call', () => {
    expect(request(trace(version, 'desk-phone'))).toEqual({
      call: { endpoint: '1001', userAgent: DESK, address: SOURCE, behind: [] },
      linkedId: expect.stringMatching(/^\d+\.\d+$/),
      callId: expect.stringMatching(/^cid\d+@host$/),
      dialled: '91234',
      channel: expect.stringMatching(/^PJSIP\/1001-[0-9a-f]{8}$/),
    });
  });

  test.each([
    ['parenthesis', { kind: 'text', text: 'Foo (bar' }],
    ['punctuation', { kind: 'text', text: 'A,b:"c;\\d(e)[f]{g}\x24{CHANNEL}/|é$[1+1]' }],
    ['no-user-agent', { kind: 'absent' }],
    ['long-user-agent', { kind: 'malformed', why: 'too-long', shown: 'x'.repeat(160) }],
    ['not-utf8', { kind: 'malformed', why: 'not-utf8', shown: 'A\\xff\\xfeB' }],
  ])('with the User-Agent of %s has just that', (name, userAgent) => {
    expect(request(trace(version, name)).call.userAgent).toEqual(userAgent);
  });

  test.each([
    ['line-ends-dialled', '9\\x0aagi_channel: PJSIP/1002-00000001\\x0a\\x0a'],
    ['line-ends-caller', '91234'],
    ['forged-diversion', '91234'],
  ])('in which the caller wrote lines of his own (%s) is still his own call', (name, dialled) => {
    const asked = request(trace(version, name));
    expect(asked.call).toEqual({ endpoint: '1001', userAgent: DESK, address: SOURCE, behind: [] });
    expect(asked.channel).toMatch(/^PJSIP\/1001-[0-9a-f]{8}$/);
    expect(asked.dialled).toBe(dialled);
  });

  test('with a Call-ID of two thousand bytes keeps the beginning', () => {
    expect(request(trace(version, 'long-call-id')).callId).toBe('<'.repeat(128));
  });
});

test('who transferred and who forwarded stand behind the call, with their addresses', () => {
  const asked = read({
    transferer: '1003',
    transfererAt: '192.0.2.3%3A5061',
    forwarder: 'desk.4-a',
    forwarderAt: '%5B2001%3Adb8%3A%3A4%5D%3A5062',
  });
  expect(asked.call.behind).toEqual([
    { role: 'transferer', endpoint: '1003', address: { transport: 'unknown', ip: '192.0.2.3', port: 5061 } },
    {
      role: 'forwarder',
      endpoint: 'desk.4-a',
      address: { transport: 'unknown', ip: '2001:db8::4', port: 5062 },
    },
  ]);
});

test('an empty part is nobody, nowhere, nothing', () => {
  const nothing = { endpoint: '', length: '', userAgent: '', address: '', callId: '', dialled: '' };
  expect(read(nothing)).toMatchObject({
    call: { endpoint: undefined, userAgent: { kind: 'absent' }, address: undefined, behind: [] },
    callId: '',
    dialled: '',
  });
});

test.each([
  ['shorter than it says', { length: '29' }],
  ['longer than it says', { length: '27' }],
  ['there, but said to be absent', { length: '0' }],
  ['absent, but said to be there', { length: '3', userAgent: '' }],
  ['longer than can be looked at', { length: '600', userAgent: 'x'.repeat(512) }],
  ['handed on whole where only its beginning should be', { length: '600', userAgent: 'x'.repeat(600) }],
])('a User-Agent that is %s matches nothing', (_, parts) => {
  expect(['malformed', 'absent']).toContain(read(parts).call.userAgent.kind);
});

test('an endpoint that no name can be is shown, not taken for another', () => {
  expect(read({ endpoint: '1001%0A' }).call.endpoint).toBe('1001\\x0a');
  expect(read({ endpoint: `${'1'.repeat(129)}` }).call.endpoint).toBe(`${'1'.repeat(128)}…`);
});

test.each([
  ['another script', header('other/1/2'), 'wrong-script'],
  ['no script', header(''), 'wrong-script'],
  ['the question in AGI arguments, which a caller could forge', header('check'), 'wrong-version'],
  ['another version', header(script().replace('check/1', 'check/2')), 'wrong-version'],
  ['a part too few', header(script().slice(0, -1)), 'malformed-request'],
  ['a part too many', header(`${script()}/`), 'malformed-request'],
  ['a part that is not encoded', header(script({ dialled: 'a b' })), 'malformed-request'],
  ['a length that is no number', header(script({ length: '1e3' })), 'malformed-request'],
  ['a length beyond all measure', header(script({ length: '9'.repeat(40) })), 'malformed-request'],
  ['another second line', 'agi_network: yes\na: b\nc: d\nagi_channel: x\n', 'not-agi'],
  ['another fourth line', header().replace('agi_channel', 'agi_canal'), 'not-agi'],
])('%s is a fault that names no word of the caller', (_, text, code) => {
  const asked = outcome(Buffer.from(text));
  expect(asked).toMatchObject({ kind: 'fault', code });
  expect(JSON.stringify(asked)).not.toContain('Yealink');
});

test('whatever the path holds, the outcome is a harmless request or a fault', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 30 }),
    fc.stringMatching(/^(%[0-9A-F]{2}){0,40}$/),
    fc.constantFrom('', '1001', '28', '127.0.0.1%3A5060'),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 13 }), (parts) => {
      const asked = readRequest([
        'agi_network: yes',
        `agi_network_script: check/1/${parts.join('/')}`,
        '',
        'agi_channel: x',
      ]);
      if (asked.kind === 'fault') return;
      const { linkedId, callId, dialled, channel, call } = asked.request;
      const shown = [
        linkedId,
        callId,
        dialled,
        channel,
        call.endpoint ?? '',
        ...call.behind.map((one) => one.endpoint),
      ];
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
      for (const text of shown) expect(text).toMatch(/^[^\u0000-\u001f\u007f-\u009f]{0,520}$/);
    }),
  );
});

function trace(version: string, name: string): Buffer {
  return readFileSync(new URL(`traces/${version}/${name}.agi`, import.meta.url));
}

function outcome(bytes: Buffer): ReadRequest {
  const head = new HeadReader().push(bytes);
  if (head.kind !== 'whole') throw new Error(`head is ${head.kind}`);
  return readRequest(head.lines);
}

function request(bytes: Buffer): GateRequest {
  const asked = outcome(bytes);
  if (asked.kind === 'fault') throw new Error(asked.detail);
  return asked.request;
}

function read(parts: Partial<QuestionParts>): GateRequest {
  return request(Buffer.from(header(script(parts))));
}
