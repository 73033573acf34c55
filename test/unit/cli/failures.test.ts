import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeRig } from '../api/rig.ts';
import { PATIENCE, run } from './run.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE, hookTimeout: PATIENCE });

describe('with the service down', () => {
  let folder: string;
  let configPath: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'device-lock-cli-'));
    configPath = join(folder, 'device-lock.toml');
    const text = `[api]\nsocket = "${folder}/api.sock"\n[store]\npath = "${folder}/lock.db"\n[log]\npath = "-"\n`;
    await writeFile(configPath, text, { mode: 0o640 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a verb says so and what to do, and exits 1', async () => {
    const { code, out, err } = await run(['status'], { configPath });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('Device Lock is not running');
    expect(err).toContain('systemctl start device-lock');
  });

  test('with --json the error is JSON on standard error', async () => {
    const { code, out, err } = await run(['extensions', '--json'], { configPath });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(JSON.parse(err)).toEqual({
      error: { code: 'not-running', message: expect.any(String), hint: expect.any(String) },
    });
  });

  test('the doctor still tells what can be told', async () => {
    const { code, out } = await run(['doctor', '--json'], { configPath });
    expect(code).toBe(1);
    const found = JSON.parse(out);
    expect(found.healthy).toBe(false);
    expect(found.findings).toContainEqual(expect.objectContaining({ check: 'service', state: 'broken' }));
    expect(found.findings).toContainEqual(expect.objectContaining({ check: 'config', state: 'ok' }));
  });
});

test.each([
  [['frobnicate'], "unknown command 'frobnicate'"],
  [['status', '--colour'], "unknown option '--colour'"],
  [['show'], "missing required argument 'ext'"],
  [['check', '1001'], 'required option'],
  [['lock', '1001'], 'What shall the lock accept?'],
  [['lock', '1001', '--add'], '--add adds nothing'],
  [['lock', '1001', '--mode', 'lenient'], "'lenient' is invalid"],
  [['fallback', 'on'], 'needs a phone model'],
  [['fallback', '--model', 'x'], '--model belongs to'],
  [['violations', '--limit', '0'], 'from 1 to 1000'],
  [['models', 'add'], 'needs an id'],
])('%j is a usage error and exits 2', async (words, message) => {
  const { code, out, err } = await run(words, { configPath: '/nonexistent' });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
  const inJson = await run([...words, '--json'], { configPath: '/nonexistent' });
  expect(inJson.code).toBe(2);
  expect(JSON.parse(inJson.err).error).toMatchObject({
    code: 'usage',
    message: expect.stringContaining(message),
  });
});

test('help is no failure', async () => {
  const { code, out, err } = await run(['help', 'lock']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('--this-device');
});

test('a configuration that cannot be read is an error that names it', async () => {
  const { code, err } = await run(['status', '--config', '/nonexistent/x.toml']);
  expect(code).toBe(1);
  expect(err).toContain('/nonexistent/x.toml cannot be read (ENOENT)');
});

test("the service's own refusals keep their code and hint", async () => {
  await using rig = await makeRig();
  const { code, err } = await run(['lock', '1001', '--model', 'nope', '--json'], {
    configPath: rig.configPath,
  });
  expect(code).toBe(1);
  expect(JSON.parse(err).error).toMatchObject({
    code: 'no-such-model',
    hint: expect.stringContaining('models list'),
  });
});

test('the doctor exits 1 when something is broken, 0 when there are only warnings', async () => {
  const warning = { check: 'disk', state: 'warning', what: 'Little is free.', cure: 'Make room.' } as const;
  const broken = { check: 'gate', state: 'broken', what: 'It is silent.', cure: 'Restart it.' } as const;
  await using mild = await makeRig({ findings: [warning] });
  await using severe = await makeRig({ findings: [warning, broken] });
  const ran = await run(['doctor'], { configPath: mild.configPath });
  expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('-> Make room.') });
  const bad = await run(['doctor'], { configPath: severe.configPath });
  expect(bad).toMatchObject({ code: 1, out: expect.stringContaining('1 broken, 1 warning.') });
});
