/**
 * From a thief's 200 OK until a call rings at the real phone again: thieves displace desk phones one after the other, and from
 * the 200 OK on the extension is called again and again; the first call that reaches the phone tells. What a call itself
 * takes is part of each figure, and stands beside it.
 */

import type { StatusView } from '../../src/api/shapes.ts';
import { AT_THIEF, DESK_PHONE, ELSEWHERE, Scene, THIEF } from '../asterisk/scene.ts';
import type { SipPhone } from '../sip/phone.ts';
import { measureFight } from './fight.ts';
import { quantile } from './figures.ts';
import type { PartOptions } from './part.ts';
import type { Findings, Row } from './report.ts';

const EXTENSION = '1001';
const CALLER = '1002';
const GIVE_UP_MS = 5000;

export async function measureTakeBack({ asterisk, quick, say }: PartOptions): Promise<Findings> {
  const rounds = quick ? 5 : 60;
  say(`an Asterisk with the service in front of it, ${rounds} thieves`);
  await using scene = await Scene.open(asterisk);
  await scene.policy(EXTENSION, { alternatives: [{ kind: 'device', userAgent: DESK_PHONE }], evict: true });
  const caller = await scene.phone(CALLER, DESK_PHONE, { at: ELSEWHERE });
  const [waits, calls]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    // Busy: a call that reaches the phone is over at once.
    await using phone = await scene.registered(EXTENSION, DESK_PHONE, { onInvite: () => 'busy' });
    await scene.knows(EXTENSION, DESK_PHONE);
    await scene.violations(EXTENSION);
    const before = performance.now();
    if ((await caller.invite(EXTENSION)).status !== 486) throw new Error('the phone is not reached');
    calls.push(performance.now() - before);
    await using thief = await scene.phone(EXTENSION, THIEF, {
      at: AT_THIEF,
      onInvite: () => ({ reject: 480 }),
    });
    const { status, at } = await thief.register();
    if (status !== 200) throw new Error(`the thief's REGISTER: ${status}`);
    waits.push(await untilItRings(caller, at));
    await phone.register({ expires: 0 });
  }
  say('a thief that registers twenty times a second, and the calls of others');
  const fight = await measureFight(scene, quick ? 1 : 5);
  const { evicted } = (await scene.service.api.get<StatusView>('/v1/status')).reactions;
  return {
    ...{
      part: 'take-back',
      title: "From the thief's 200 OK until a call rings at the phone",
      asterisk: scene.lab.asterisk,
    },
    rows: [
      { ...row('p50', 'median', quantile(waits, 0.5)), goal: { most: 100 } },
      row('p99', 'p99', quantile(waits, 0.99)),
      row('most', 'at most', quantile(waits, 1)),
      row('call-p50', 'for comparison: such a call with no thief, median', quantile(calls, 0.5)),
      { id: 'thieves', what: 'thieves', value: waits.length, unit: '' },
      row('fight-p50', "in a fight, another extension's call, median", quantile(fight.inFight, 0.5)),
      row('fight-p99', 'the same, p99', quantile(fight.inFight, 0.99)),
      row('quiet-p50', 'in the quiet between, median', quantile(fight.inQuiet, 0.5)),
      row('quiet-p99', 'the same, p99', quantile(fight.inQuiet, 0.99)),
      { id: 'fight-registers', what: "the fight's REGISTERs", value: fight.registers, unit: '' },
      { id: 'evicted', what: 'evictions in all', value: evicted, unit: '' },
    ],
    notes: ['Over UDP, each displacing the phone at an AOR of one contact.'],
  };
}

/** Milliseconds from `since` (on the phones' clock) until a call was answered by the real phone: busy. */
async function untilItRings(caller: SipPhone, since: number): Promise<number> {
  for (;;) {
    const { status, at } = await caller.invite(EXTENSION);
    if (status === 486) return at - since;
    if (at - since > GIVE_UP_MS) throw new Error(`the phone is not back; the last call ended with ${status}`);
  }
}

function row(id: string, what: string, value: number): Row {
  return { id, what, value, unit: 'ms' };
}
