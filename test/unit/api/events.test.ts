import { EventEmitter, once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';
import { Followers } from '../../../src/api/followers.ts';
import { EventLog } from '../../../src/log/event-log.ts';
import { makeRig, type Rig } from './rig.ts';

async function follow(rig: Rig, path: string): Promise<AsyncIterator<string> & { end(): void }> {
  const asked = request({ socketPath: rig.socket, path }).end();
  asked.on('error', () => undefined);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const lines = createInterface({ input: response })[Symbol.asyncIterator]();
  return Object.assign(lines, { end: () => void asked.destroy() });
}

test('a follower gets the latest events first, then each as it comes', async () => {
  await using rig = await makeRig();
  for (const n of [1, 2, 3]) rig.events.note('step', { n });
  const lines = await follow(rig, '/v1/events?last=2');
  rig.events.note('step', { n: 4 });
  const seen: number[] = [];
  for (let i = 0; i < 3; i++) seen.push(JSON.parse((await lines.next()).value).n);
  expect(seen).toEqual([2, 3, 4]);
  lines.end();
});

test('who does not follow gets the latest and the end', async () => {
  await using rig = await makeRig();
  rig.events.note('step', { n: 1 });
  const lines = await follow(rig, '/v1/events?last=10&follow=false');
  expect(JSON.parse((await lines.next()).value)).toMatchObject({ event: 'step', n: 1 });
  expect((await lines.next()).done).toBe(true);
});

function makeFollowers(heartbeatEvery: number) {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const events = new EventLog(logger, () => 0);
  return { events, followers: new Followers(events, () => 0, heartbeatEvery) };
}

class FakeResponse extends EventEmitter {
  writableLength = 0;
  readonly lines: string[] = [];
  isGone = false;
  write(line: string): boolean {
    this.lines.push(line);
    return true;
  }
  end(): void {
    this.emit('close');
  }
  destroy(): void {
    this.isGone = true;
    this.emit('close');
  }
}

test('a reader that falls behind is cut off, the others are not', () => {
  const { events, followers } = makeFollowers(60_000);
  const [slow, quick] = [new FakeResponse(), new FakeResponse()];
  for (const one of [slow, quick]) followers.add(one as unknown as ServerResponse);
  slow.writableLength = 300_000;
  events.note('step', {});
  expect(slow.isGone).toBe(true);
  expect(quick.lines).toHaveLength(1);
  expect(followers.count).toBe(1);
  followers.close();
});

test('a heartbeat goes out now and then, so that dead readers are noticed', async () => {
  const { followers } = makeFollowers(5);
  const reader = new FakeResponse();
  followers.add(reader as unknown as ServerResponse);
  await vi.waitFor(() => expect(reader.lines.length).toBeGreaterThan(1), { timeout: 2000 });
  expect(JSON.parse(reader.lines[0] ?? '')).toMatchObject({ event: 'heartbeat' });
  followers.close();
});

test('only so many may follow', async () => {
  await using rig = await makeRig();
  const all = await Promise.all(Array.from({ length: 32 }, () => follow(rig, '/v1/events')));
  const answer = await rig.ask('GET', '/v1/events');
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'busy' } } });
  for (const one of all) one.end();
});
