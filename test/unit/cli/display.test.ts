import stringWidth from 'string-width';
import { expect, test, vi } from 'vitest';
import { makeRig } from '../api/rig.ts';
import { PATIENCE, run } from './run.ts';

vi.setConfig({ testTimeout: 4 * PATIENCE });

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

test('hostile text is rendered harmless everywhere, and every table fits 80 columns', async () => {
  await using rig = await makeRig();
  const hostile = `\u202eevil\u200b ${'ｗｉｄｅ'.repeat(20)} \u00ad\u2066x`;
  await rig.operator.lock('1001', { alternatives: [{ kind: 'model', model: 'yealink-t4' }] }, 'cli:root');
  rig.register(
    '1001',
    [hostile, '203.0.113.111:65535'],
    ['\u001b[2J\u0007bell', '[2001:db8:1:2:3:4:5:6]:5060'],
  );
  rig.register('1003', [hostile, '203.0.113.7:5062']);
  rig.store.putCall({
    ...{ linkedId: '1.1', extension: '1001', dialled: '0044123456789', reason: 'wrong-device-registered' },
    userAgent: { kind: 'text', text: hostile },
    address: { transport: 'udp', ip: '203.0.113.111', port: 65_535 },
    outcome: 'refused-unanswered',
    violation: 1,
    at: Date.now() - 5 * 86_400_000,
  });
  for (const words of [
    ['extensions'],
    ['show', '1001'],
    ['violations'],
    ['calls'],
    ['audit'],
    ['status'],
    ['models'],
  ]) {
    const { code, out, err } = await run(words, { configPath: rig.configPath });
    expect({ words, code, err }).toEqual({ words, code: 0, err: '' });
    expect(out).not.toMatch(HARMFUL);
    for (const line of out.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(80);
  }
  const inJson = await run(['show', '1003', '--json'], { configPath: rig.configPath });
  expect(inJson.out).not.toMatch(HARMFUL);
  expect(JSON.parse(inJson.out).contacts[0].userAgent).toBe(hostile);
  const events = await run(['events'], { configPath: rig.configPath });
  expect(events.out).toContain('violation-opened');
  expect(events.out).not.toMatch(HARMFUL);
});
