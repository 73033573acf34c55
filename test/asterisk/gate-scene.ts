/**
 * A lab with the dialplan's gate and, in place of the service, an answerer that says what the test wants; three phones,
 * registered. Nothing here knows a lock.
 */
import { Answerer, type Question } from '../lab/answerer.ts';
import type { AsteriskVersion } from '../lab/cache.ts';
import type { CdrRow } from '../lab/cdr.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { until } from '../lab/until.ts';
import type { Call, InviteOptions } from '../sip/call.ts';
import { SipPhone } from '../sip/phone.ts';

const DEADLINE_MS = 10_000;

export class GateScene implements AsyncDisposable {
  readonly lab: Lab;
  answerer: Answerer;
  /** Extensions 1001, 1002 and 1003. The first calls; the others answer at once. */
  readonly desk: SipPhone;
  readonly second: SipPhone;
  readonly third: SipPhone;

  private constructor(lab: Lab, answerer: Answerer, phones: readonly [SipPhone, SipPhone, SipPhone]) {
    this.lab = lab;
    this.answerer = answerer;
    [this.desk, this.second, this.third] = phones;
  }

  static async open(asterisk: AsteriskVersion): Promise<GateScene> {
    const lab = await startLab({ asterisk });
    const answerer = await Answerer.listen(lab.agi);
    const open = (user: string, userAgent: string) =>
      SipPhone.open({ server: lab.sip, user, password: lab.passwordOf(user), userAgent });
    const phones = [
      await open('1001', 'Desk phone 1'),
      await open('1002', 'Desk phone 2'),
      await open('1003', 'Desk phone 3'),
    ] as const;
    for (const phone of phones) {
      phone.onInvite = () => 'answer';
      const { status } = await phone.register();
      if (status !== 200) throw new Error(`a phone could not register: ${status}`);
    }
    return new GateScene(lab, answerer, [...phones]);
  }

  /** The first phone calls, and hangs up where it got through. */
  async call(number: string, options: InviteOptions = {}): Promise<Call> {
    const call = await this.desk.invite(number, options);
    await call.hangup();
    return call;
  }

  /** As {@link call}, and the questions that were asked of it. */
  async ask(number: string, options: InviteOptions = {}): Promise<Question[]> {
    this.answerer.take();
    await this.call(number, options);
    return this.answerer.take();
  }

  /** Waits until at least so many questions were asked since they were last taken. */
  async questions(count: number): Promise<Question[]> {
    const seen: Question[] = [];
    await until(`${count} questions were asked`, DEADLINE_MS, () => {
      seen.push(...this.answerer.take());
      return seen.length >= count;
    });
    return seen;
  }

  /** The newest CDR of the first phone's calls that is like this, once it is written. */
  async cdrOf(wanted: { readonly dst?: string; readonly userfield?: string }): Promise<CdrRow> {
    let found: CdrRow | undefined;
    await until(`a CDR of ${wanted.dst ?? wanted.userfield} is written`, DEADLINE_MS, async () => {
      found = (await this.lab.cdr()).findLast(
        ({ channel, dst, userfield }) =>
          channel.startsWith('PJSIP/1001-') &&
          dst === (wanted.dst ?? dst) &&
          userfield === (wanted.userfield ?? userfield),
      );
      return found !== undefined;
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  async put(key: string, value: string): Promise<void> {
    await this.lab.rasterisk(`database put CUSTOMLOCK ${key} "${value}"`);
  }

  /** Key below the family → value. */
  async journal(): Promise<Map<string, string>> {
    const shown = await this.lab.rasterisk('database show CUSTOMLOCK JOURNAL');
    const entries = [...shown.matchAll(/^\/CUSTOMLOCK\/JOURNAL\/(\S+)\s*: (.*)$/gm)];
    return new Map(entries.map(([, key = '', value = '']) => [key, value.trim()]));
  }

  /** Everything the gate keeps is as at the start; the answerer allows. */
  async reset(): Promise<void> {
    this.answerer.behaviour = { verdict: 'allow' };
    await this.lab.rasterisk('channel request hangup all');
    await until('every call is over', DEADLINE_MS, async () =>
      (await this.lab.rasterisk('core show channels count')).includes('0 active channels'),
    );
    await this.lab.rasterisk('database deltree CUSTOMLOCK');
    await this.setGlobals({ lapse: 0, heartbeat: 0 });
    this.answerer.take();
  }

  /** Seconds since the epoch. */
  async setGlobals(globals: { readonly lapse?: number; readonly heartbeat?: number }): Promise<void> {
    for (const [name, value] of Object.entries(globals)) {
      await this.lab.rasterisk(`dialplan set global DEVICELOCK_${name.toUpperCase()} ${value}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const phone of [this.desk, this.second, this.third]) await phone.close();
    await this.answerer.close();
    await this.lab.stop();
  }
}

export function epoch(): number {
  return Math.floor(Date.now() / 1000);
}
