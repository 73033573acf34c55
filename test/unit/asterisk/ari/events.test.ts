import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvent } from '../../../../src/asterisk/ari/events.ts';

const status = (info: object) => ({ type: 'ContactStatusChange', contact_info: info });

describe('an event of ARI', () => {
  test('a contact that came', () => {
    const event = status({ aor: '1001', uri: 'sip:1001@192.0.2.1:5060', contact_status: 'NonQualified' });
    expect(readEvent(event)).toEqual({
      kind: 'contact',
      aor: '1001',
      uri: 'sip:1001@192.0.2.1:5060',
      removed: false,
    });
  });

  test('a contact that went', () => {
    const event = status({ aor: '1001', uri: 'sip:x', contact_status: 'Removed' });
    expect(readEvent(event)).toMatchObject({ removed: true });
  });

  test.each([
    { aor: '10,01', uri: 'sip:x' },
    { aor: 'a'.repeat(81), uri: 'sip:x' },
    { aor: '1001', uri: '' },
    { aor: '1001', uri: 'x'.repeat(5000) },
    { aor: '1001' },
    { aor: ['1001'], uri: 'sip:x' },
  ])('a contact with a name or URI that must not be used is none: %j', (info) => {
    expect(readEvent(status(info))).toBeUndefined();
  });

  test('a channel that entered the application, with its arguments', () => {
    const event = { type: 'StasisStart', args: ['.3.', 4], channel: { id: 'x-2' } };
    expect(readEvent(event)).toEqual({ kind: 'arrived', channel: 'x-2', args: ['.3.'] });
  });

  test('a channel that is gone', () => {
    const event = { type: 'ChannelDestroyed', cause: 16, channel: { id: 'x-2' } };
    expect(readEvent(event)).toEqual({ kind: 'destroyed', channel: 'x-2' });
  });

  test('anything else is nothing, and nothing throws', () => {
    const type = fc.constantFrom('ContactStatusChange', 'StasisStart', 'ChannelDestroyed', 'Dial');
    const odd = fc.oneof(
      fc.anything(),
      fc.record({ type, contact_info: fc.anything(), channel: fc.anything() }),
    );
    fc.assert(
      fc.property(odd, (event) => {
        const read = readEvent(event);
        if (read?.kind === 'contact') expect(read.aor).toMatch(/^[\w.+@~-]{1,80}$/);
      }),
    );
  });
});
