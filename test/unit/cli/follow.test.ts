import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeRig, type Rig } from '../api/rig.ts';
import { PATIENCE } from './run.ts';

const SCRIPT = fileURLToPath(new URL('../../../scripts/device-lock', import.meta.url));

/** `events --follow --json`, as a SIEM's agent runs it. */
function follow(rig: Rig) {
  const child = spawn(SCRIPT, ['events', '--follow', '--json', '--config', rig.configPath], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen: { event: string; n?: number; missed?: number | null; id?: string }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => seen.push(JSON.parse(line)));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return {
    seen,
    said: () => said,
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

test('a follower outlives the service, comes back by itself and says where something may be missing', async () => {
  await using rig = await makeRig();
  using follower = follow(rig);
  rig.events.note('step', { n: 1 });
  await expect.poll(() => follower.seen.length, { timeout: PATIENCE }).toBe(1);
  await rig.restartApi();
  rig.events.note('step', { n: 2 });
  await expect.poll(() => follower.seen.map(({ n }) => n), { timeout: PATIENCE }).toContain(2);
  rig.events.note('step', { n: 3 });
  await expect.poll(() => follower.seen.at(-1)?.n, { timeout: PATIENCE }).toBe(3);
  expect(follower.seen.map(({ event, n }) => n ?? event)).toEqual([1, 'gap', 2, 3]);
  expect(follower.seen[1]).toMatchObject({ missed: null, after: follower.seen[0]?.id });
});
