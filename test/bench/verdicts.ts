/** The verdict alone, without a socket: how long judging one call takes, by how many extensions memory holds. */

import type { Contact } from '../../src/domain/contact.ts';
import { NO_POLICY } from '../../src/domain/policy.ts';
import { type Call, judgeCall } from '../../src/domain/verdict.ts';
import { loadModels } from '../../src/phone-library/library.ts';
import { ExtensionTable } from '../../src/state/extension-table.ts';
import { median } from './figures.ts';
import { inhabitant } from './population.ts';

const CALLS = 5000;
const ROUNDS = 41;

/** Microseconds a verdict at each of these sizes, the median of rounds that take turns. */
export async function verdictTimes(sizes: readonly number[]): Promise<number[]> {
  const models = await loadModels();
  const subjects = sizes.map((size) => {
    const table = new ExtensionTable();
    table.setModels(models);
    table.setExtensions(
      new Map(Array.from({ length: size }, (_, index) => [inhabitant(index).extension, undefined])),
    );
    for (let index = 0; index < size; index++) enter(table, index);
    table.markLoaded();
    table.markContactsListed();
    const calls = Array.from({ length: CALLS }, () => callOf(Math.floor(Math.random() * size)));
    return { table, calls, times: [] as number[] };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const { table, calls, times } of subjects) {
      const from = performance.now();
      for (const call of calls) judgeCall(call, table.standingOf);
      times.push(((performance.now() - from) / calls.length) * 1000);
    }
  }
  return subjects.map(({ times }) => median(times));
}

function enter(table: ExtensionTable, index: number): void {
  const { extension, userAgent, ip, port, uri, callId, contactId, lock } = inhabitant(index);
  if (lock !== undefined) table.setPolicy(extension, { ...NO_POLICY, lock });
  const contact: Contact = {
    ...{ id: contactId, extension, uri, callId, expires: 2_000_000_000 },
    userAgent: { kind: 'text', text: userAgent },
    source: { address: { transport: 'udp', ip, port }, proof: 'seen' },
  };
  table.applyContacts(extension, [contact]);
}

function callOf(index: number): Call {
  const { extension, userAgent, ip, port } = inhabitant(index);
  return {
    endpoint: extension,
    userAgent: { kind: 'text', text: userAgent },
    address: { transport: 'udp', ip, port },
    behind: [],
  };
}
