/**
 * What real Asterisks sent, kept byte for byte in `traces/` (made by `capture.ts`), read back by the same wire code that
 * reads a connection. What was not recorded is refused, as Asterisk refuses what it does not know.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Field } from '../../../../src/asterisk/ami/action.ts';
import { FrameReader } from '../../../../src/asterisk/ami/frame.ts';
import { AmiMessage } from '../../../../src/asterisk/ami/message.ts';
import type { AmiRequests, TakeEvent } from '../../../../src/asterisk/ami/requests.ts';
import { type Reply, Transactions } from '../../../../src/asterisk/ami/transactions.ts';
import { AsteriskError } from '../../../../src/asterisk/port.ts';
import { recordedId, type State } from './capture-plan.ts';
import { ManualTimers } from './timers.ts';

export const VERSIONS = ['16', '22'] as const;
export type RecordedVersion = (typeof VERSIONS)[number];

export function tracePath(version: RecordedVersion): string {
  return join(import.meta.dirname, 'traces', `asterisk-${version}.trace`);
}

export class RecordedAsterisk implements AmiRequests {
  /** What was asked so far: `DBGet registrar/contact 1001;@...`. */
  readonly asked: string[] = [];
  readonly #messages: readonly AmiMessage[];
  readonly #states: readonly State[];

  /** @param states where an answer is looked for, in this order */
  constructor(version: RecordedVersion, ...states: State[]) {
    this.#messages = readTrace(version);
    this.#states = states;
  }

  /** What came without being asked for. */
  get events(): AmiMessage[] {
    return this.#messages.filter((message) => message.text('ActionID') === undefined);
  }

  async request(action: string, fields: readonly Field[] = []): Promise<AmiMessage> {
    return (await this.#replay(action, fields)).response;
  }

  async list(
    action: string,
    fields: readonly Field[] = [],
    take?: TakeEvent,
  ): Promise<readonly AmiMessage[]> {
    return handOver((await this.#replay(action, fields)).events, take);
  }

  #replay(action: string, fields: readonly Field[]): Promise<Reply> {
    const question = [action, ...fields.map(([, value]) => value)].join(' ');
    this.asked.push(question);
    const ids = this.#states.map((state) => recordedId(state, action, fields));
    const id = ids.find((one) => one !== undefined);
    if (id === undefined) throw new AsteriskError('refused', `Asterisk refused ${question}: not recorded`);
    const transactions = new Transactions(new ManualTimers());
    const reply = transactions.open(id, { action, deadline: 1 });
    for (const message of this.#messages) transactions.take(message);
    return reply;
  }
}

/** As a list's events reach who asked. */
export function handOver(events: readonly AmiMessage[], take?: TakeEvent): readonly AmiMessage[] {
  if (take === undefined) return events;
  for (const event of events) take(event);
  return [];
}

function readTrace(version: RecordedVersion): AmiMessage[] {
  const frames = new FrameReader().push(readFileSync(tracePath(version)));
  const messages = frames
    .filter(({ kind }) => kind === 'message')
    .map(({ bytes }) => AmiMessage.parse(bytes));
  return messages.filter((message) => message !== undefined);
}
