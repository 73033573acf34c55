import { expect, test, vi } from 'vitest';
import { PATIENCE, run } from './run.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE });

test('arguments are told one a line, without a service', async () => {
  const { code, out, err } = await run(['identify', 'Yealink SIP-T46U 108.86.0.20', 'nothing known'], {
    configPath: '/nonexistent',
  });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const [known, unknown] = out.split('\n');
  expect(known).toMatch(/^Yealink SIP-T46U 108\.86\.0\.20: Yealink SIP-T46U, firmware 108\.86\.0\.20/);
  expect(unknown).toBe('nothing known: unknown, no model matches');
});

test('standard input is told one JSON object a line, whatever is in it', async () => {
  const input = Buffer.concat([
    Buffer.from('Yealink SIP-T46U 108.86.0.20\r\n\n'),
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.from(`${'x'.repeat(100_000)}\nlast \u202eone`),
  ]);
  const { code, out } = await run(['identify', '--json'], { input });
  expect(code).toBe(0);
  const found = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(found).toMatchObject([
    { vendor: 'Yealink', model: 'SIP-T46U', userAgentFault: null, models: expect.any(Array) },
    { userAgent: null, models: [] },
    { userAgentFault: 'not-utf8' },
    { userAgentFault: 'too-long' },
    { userAgent: 'last \u202eone', vendor: null },
  ]);
  expect(out).not.toContain('\u202e');
});
