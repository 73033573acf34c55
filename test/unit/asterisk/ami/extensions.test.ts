/** Who is an extension, on a FreePBX's AstDB and on plain PJSIP; and what stands in the dialplan. */
import { describe, expect, test } from 'vitest';
import { AmiDatabase } from '../../../../src/asterisk/ami/database.ts';
import { dialplanOf } from '../../../../src/asterisk/ami/dialplan.ts';
import { listExtensions } from '../../../../src/asterisk/ami/extensions.ts';
import { AmiMessage } from '../../../../src/asterisk/ami/message.ts';
import type { AmiRequests } from '../../../../src/asterisk/ami/requests.ts';
import { AsteriskError } from '../../../../src/asterisk/port.ts';
import { handOver, RecordedAsterisk, VERSIONS } from './recorded.ts';

describe.each(VERSIONS)('Asterisk %s', (version) => {
  const asterisk = () => new RecordedAsterisk(version, 'registered');

  test.each(['auto', 'astdb'] as const)(
    'where AstDB has devices, %s takes those of PJSIP',
    async (source) => {
      const client = asterisk();
      expect(await listExtensions(client, new AmiDatabase(client), { source, trunks: [] })).toEqual([
        { name: '1001', label: 'Ann: front' },
        { name: '1011', label: "Hall: left, 'old'" },
        { name: '1012', label: undefined },
      ]);
    },
  );

  test('from PJSIP alone, an extension is what must log in here', async () => {
    const client = withoutGetvar(asterisk());
    const found = await listExtensions(client, new AmiDatabase(client), {
      source: 'pjsip',
      trunks: ['1013'],
    });
    expect(found.map(({ name }) => name).sort()).toEqual([
      '1001',
      '1002',
      '1003',
      '1004',
      '1005',
      '1011',
      '1012',
    ]);
  });

  test('an extension of the dialplan has one line a priority', async () => {
    const lines = await dialplanOf(asterisk(), 'from-internal', '600');
    expect(lines[0]).toMatch(/^600@ext-local 1: (Macro|Gosub)\((macro-)?user-callerid.*\) \[pbx_config\]$/);
    expect(lines.at(-1)).toBe('600@ext-local 3: Hangup() [pbx_config]');
    expect(lines).toHaveLength(3);
  });

  test('where the dialplan has nothing there is no line', async () => {
    expect(await dialplanOf(asterisk(), 'no-such-context', 's')).toEqual([]);
    expect(await dialplanOf(asterisk(), 'from-internal', 'nobody')).toEqual([]);
  });
});

test('an endpoint that itself logs in elsewhere is a trunk', async () => {
  const client = endpoints([
    { name: '1001', auths: '1001', outbound: '', caller: '"Ann \u00e9" <1001>' },
    { name: 'carrier', auths: 'carrier', outbound: 'carrier-out', caller: '<unknown>' },
    { name: 'by-address', auths: '', outbound: '', caller: '<unknown>' },
    { name: '1002', auths: '1002', outbound: '', caller: '<unknown>' },
  ]);
  const found = await listExtensions(client, new AmiDatabase(client), { source: 'auto', trunks: [] });
  expect(found).toEqual([
    { name: '1001', label: 'Ann \u00e9' },
    { name: '1002', label: undefined },
  ]);
});

test('no endpoint at all is no extension', async () => {
  const client = endpoints([]);
  expect(await listExtensions(client, new AmiDatabase(client), { source: 'auto', trunks: [] })).toEqual([]);
});

function withoutGetvar(asterisk: RecordedAsterisk): AmiRequests {
  return {
    list: (...question) => asterisk.list(...question),
    request: async () => message('Response: Success', 'Value: <unknown>'),
  };
}

interface Endpoint {
  readonly name: string;
  readonly auths: string;
  readonly outbound: string;
  readonly caller: string;
}

function endpoints(all: readonly Endpoint[]): AmiRequests {
  return {
    async list(action, _, take) {
      if (action === 'DBGetTree') return [];
      if (all.length === 0) throw new AsteriskError('refused', 'Asterisk refused it: No endpoints found');
      const events = all.map(({ name, auths, outbound }) =>
        message(
          'Event: EndpointList',
          `ObjectName: ${name}`,
          `Auths: ${auths}`,
          `OutboundAuths: ${outbound}`,
        ),
      );
      return handOver(events, take);
    },
    async request(_, fields = []) {
      const asked = all.find(({ name }) => fields[0]?.[1] === `PJSIP_ENDPOINT(${name},callerid)`);
      return message('Response: Success', `Value: ${asked?.caller}`);
    },
  };
}

function message(...lines: string[]): AmiMessage {
  return AmiMessage.parse(Buffer.from(lines.join('\r\n'))) ?? expect.fail('the message is whole');
}
