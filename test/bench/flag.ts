/**
 * From a thief's 200 OK to its violation in the service's memory: thieves register one after the other at locked
 * extensions, each displacing its desk phone, and the service's own event says when the violation stood. The event's way
 * here is part of each figure.
 */
import { createInterface } from 'node:readline';
import { DESK_PHONE } from './dialplan.ts';
import { quantile } from './figures.ts';
import type { PartOptions } from './part.ts';
import type { Findings, Row } from './report.ts';
import { Rig } from './rig.ts';

const THIEF = 'friendly-scanner';
const AT_THIEF = '127.0.0.66';
const EVENT_DEADLINE_MS = 5000;

export async function measureFlag({ asterisk, quick, say }: PartOptions): Promise<Findings> {
  const count = quick ? 40 : 200;
  say(`an Asterisk with the service in front of it, ${count} desk phones`);
  await using rig = await Rig.open(asterisk, count, false);
  for (const account of rig.accounts) {
    await rig.register(account, DESK_PHONE);
    await rig.lock(account, { kind: 'device', userAgent: DESK_PHONE });
  }
  await rig.knows(new Map(rig.accounts.map(({ extension }) => [extension, DESK_PHONE])));
  await rig.service.ready();
  const flags = await Flags.follow(rig);
  say(`${count} thieves register`);
  const waits: number[] = [];
  const answers: number[] = [];
  for (const account of rig.accounts) {
    await using thief = await rig.phone(account, THIEF, AT_THIEF);
    const from = performance.now();
    const { status } = await thief.register();
    const registered = performance.now();
    if (status !== 200) throw new Error(`the thief's REGISTER at ${account.extension}: ${status}`);
    answers.push(registered - from);
    waits.push((await flags.at(account.extension)) - registered);
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 40));
  }
  flags.close();
  const { violations } = await rig.service.api.get<{ violations: { ended: unknown }[] }>(
    '/v1/violations?open=true&limit=1000',
  );
  return {
    ...{
      part: 'flag',
      title: "From a thief's 200 OK to the violation in memory",
      asterisk: rig.lab.asterisk,
    },
    rows: [
      row('p50', 'median', quantile(waits, 0.5)),
      { ...row('p99', 'p99', quantile(waits, 0.99)), goal: { most: 20 } },
      row('most', 'at most', quantile(waits, 1)),
      row('register-p50', "for comparison: the thief's REGISTER itself, median", quantile(answers, 0.5)),
      { id: 'thieves', what: 'thieves', value: waits.length, unit: '' },
    ],
    notes: [
      `Violations open afterwards: ${violations.length} of ${count}.`,
      ...(waits.some((wait) => wait < 0)
        ? [`The violation stood before the 200 OK arrived ${waits.filter((wait) => wait < 0).length} times.`]
        : []),
    ],
  };
}

function row(id: string, what: string, value: number): Row {
  return { id, what, value, unit: 'ms' };
}

/** When each extension's violation was opened, as the stream of events tells it. */
class Flags {
  readonly #opened = new Map<string, number>();
  readonly #waiting = new Map<string, (at: number) => void>();
  readonly close: () => void;

  private constructor(close: () => void) {
    this.close = close;
  }

  static async follow(rig: Rig): Promise<Flags> {
    const stream = await rig.service.api.stream('/v1/events?follow=true');
    const flags = new Flags(() => stream.destroy());
    createInterface(stream).on('line', (line) => flags.#read(line));
    stream.on('error', () => undefined);
    return flags;
  }

  async at(extension: string): Promise<number> {
    const known = this.#opened.get(extension);
    if (known !== undefined) return known;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#waiting.set(extension, resolve);
    const timer = setTimeout(
      () => reject(new Error(`no violation was opened at ${extension}`)),
      EVENT_DEADLINE_MS,
    );
    return await promise.finally(() => clearTimeout(timer));
  }

  #read(line: string): void {
    const at = performance.now();
    const { event, extension } = JSON.parse(line) as { event: string; extension?: string };
    if (event !== 'violation-opened' || extension === undefined || this.#opened.has(extension)) return;
    this.#opened.set(extension, at);
    this.#waiting.get(extension)?.(at);
  }
}
