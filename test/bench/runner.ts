/**
 * Runs the loops of the bench's dialplan, on a Local channel or in a real phone's call, and reads how long each took by
 * Asterisk's own clock.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { until } from '../lab/until.ts';
import type { SipPhone } from '../sip/phone.ts';
import { CONTEXT, type Loop } from './dialplan.ts';

const DEADLINE_MS = 60_000;

export interface Run {
  readonly loop: Loop;
  /** Of the FastAGI server; 0 where none is asked. */
  readonly port?: number;
  readonly times: number;
}

export class LoopRunner {
  readonly #lab: Lab;
  #count = 0;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Microseconds a turn, on a Local channel. @throws where a turn did not end in `allow` */
  async local(run: Run): Promise<number> {
    const { name, tag } = this.#nameOf(run);
    await this.#lab.rasterisk(`channel originate Local/${name}@${CONTEXT} application Wait 60`);
    return await this.#resultOf(tag, run);
  }

  /** The same in a call of this phone's. */
  async called(phone: SipPhone, run: Run): Promise<number> {
    const { name, tag } = this.#nameOf(run);
    const calling = phone.invite(name, { deadlineMs: DEADLINE_MS });
    const took = await this.#resultOf(tag, run);
    await calling;
    return took;
  }

  #nameOf({ loop, port = 0, times }: Run): { name: string; tag: string } {
    const tag = `t${++this.#count}`;
    return { name: `go-${loop}-${port}-${times}-${tag}`, tag };
  }

  async #resultOf(tag: string, { loop, times }: Run): Promise<number> {
    let line: string | undefined;
    await until(`the loop ${loop} is over`, DEADLINE_MS, async () => {
      const lines = (await readFile(join(this.#lab.home, 'bench', 'results'), 'utf8')).split('\n');
      line = lines.find((one) => one.startsWith(`${tag} `));
      return line !== undefined;
    });
    const [, count = 0, allowed = 0, from = 0, to = 0] = (line ?? '').split(' ').map(Number);
    const wanted = loop === 'empty' ? 0 : times;
    if (count !== times || allowed !== wanted) {
      throw new Error(`the loop ${loop} was answered "allow" ${allowed} times instead of ${wanted}`);
    }
    return ((to - from) / times) * 1e6;
  }
}
