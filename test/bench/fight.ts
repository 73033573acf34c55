/**
 * What a fight costs everybody else: a thief registers twenty times a second and is evicted each time, and two others call one
 * another, in turns of fight and quiet.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AT_THIEF, DESK_PHONE, ELSEWHERE, type Scene, THIEF } from '../asterisk/scene.ts';
import type { SipPhone } from '../sip/phone.ts';

const FOUGHT_OVER = '1001';
const [CALLER, CALLED] = ['1004', '1005'];
const EVERY_MS = 50;
const TURN_MS = 2000;

export interface Fight {
  /** Milliseconds of each call. */
  readonly inFight: readonly number[];
  readonly inQuiet: readonly number[];
  readonly registers: number;
}

/** The extension that is fought over is locked to the desk phone, and thieves are evicted. */
export async function measureFight(scene: Scene, turns: number): Promise<Fight> {
  await using phone = await scene.registered(FOUGHT_OVER, DESK_PHONE);
  await scene.knows(FOUGHT_OVER, DESK_PHONE);
  // Busy: a call that reaches it is over at once.
  await using called = await scene.registered(CALLED, DESK_PHONE, { onInvite: () => 'busy' });
  const caller = await scene.phone(CALLER, DESK_PHONE, { at: ELSEWHERE });
  await using thief = await scene.phone(FOUGHT_OVER, THIEF, { at: AT_THIEF });
  const [inFight, inQuiet]: [number[], number[]] = [[], []];
  let registers = 0;
  for (let turn = 0; turn < turns; turn++) {
    const over = new AbortController();
    const fighting = fight(thief, over.signal);
    inFight.push(...(await callsFor(caller, TURN_MS)));
    over.abort();
    registers += await fighting;
    // What the last of them began is over by then.
    await sleep(TURN_MS / 4);
    inQuiet.push(...(await callsFor(caller, TURN_MS)));
  }
  await Promise.all([phone, called].map((one) => one.register({ expires: 0 })));
  return { inFight, inQuiet, registers };
}

async function fight(thief: SipPhone, over: AbortSignal): Promise<number> {
  let count = 0;
  while (!over.aborted) {
    const next = performance.now() + EVERY_MS;
    await thief.register({ expires: 100 + (++count % 100) });
    await sleep(Math.max(0, next - performance.now()));
  }
  return count;
}

async function callsFor(caller: SipPhone, ms: number): Promise<number[]> {
  const took: number[] = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const before = performance.now();
    if ((await caller.invite(CALLED)).status !== 486) throw new Error('the other phone is not reached');
    took.push(performance.now() - before);
  }
  return took;
}
