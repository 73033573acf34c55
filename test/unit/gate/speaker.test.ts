/** ding-dong composes one command at a time, and is told its own reply or none. */
import { afterEach, expect, test, vi } from 'vitest';
import { Speaker, SpeakerPool } from '../../../src/gate/speaker.ts';
import { turn } from './asterisk-side.ts';

afterEach(() => vi.restoreAllMocks());

test('a command is handed over before anything else happens', () => {
  const commands: string[] = [];
  new Speaker().answer('allow', (command) => commands.push(command), vi.fn());
  expect(commands).toEqual(['SET VARIABLE DEVICELOCK_VERDICT "allow"\n']);
});

test('a reply reaches the one whose command it answers, also the second time', async () => {
  const speaker = await ready();
  for (const _ of [1, 2]) {
    const onReply = vi.fn();
    speaker.answer('allow', vi.fn(), onReply);
    expect(speaker.isWaiting).toBe(true);
    speaker.hear('200 result=1\n');
    await turn();
    expect(onReply).toHaveBeenCalledExactlyOnceWith(200);
    expect(speaker.isWaiting).toBe(false);
  }
});

test('it says nothing on the console', async () => {
  const log = vi.spyOn(console, 'log');
  const speaker = await ready();
  speaker.answer('allow', vi.fn(), vi.fn());
  speaker.hear('200 result=1\n');
  await turn();
  expect(log).not.toHaveBeenCalled();
});

test('a speaker at rest is used again, one that still waits for its reply never', async () => {
  const pool = new SpeakerPool(4);
  const heard = await ready();
  heard.answer('allow', vi.fn(), vi.fn());
  heard.hear('200 result=1\n');
  await turn();
  pool.giveBack(heard);
  expect(pool.take()).toBe(heard);

  const waiting = pool.take();
  waiting.answer('allow', vi.fn(), vi.fn());
  pool.giveBack(waiting);
  expect(pool.take()).not.toBe(waiting);
});

test('no more rest than the pool has room for', () => {
  const pool = new SpeakerPool(1);
  const [first, second] = [new Speaker(), new Speaker()];
  pool.giveBack(first);
  pool.giveBack(second);
  expect(pool.take()).toBe(first);
  expect(pool.take()).not.toBe(second);
});

/** As every speaker is when a reply can come: made in an earlier turn of the event loop. */
async function ready(): Promise<Speaker> {
  const speaker = new Speaker();
  await turn();
  return speaker;
}
