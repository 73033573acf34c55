/** The doctor: gathers the facts, then says of every link whether it holds, with a cure where it does not. */
import { examineAlerts } from './examine-alerts.ts';
import { examineAsterisk } from './examine-asterisk.ts';
import { examineConsole } from './examine-console.ts';
import { examineGate } from './examine-gate.ts';
import { examineNetworks } from './examine-networks.ts';
import { examineProcess } from './examine-process.ts';
import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { type DoctorDeps, gatherFacts } from './gather.ts';

/** Each run takes a few seconds at most where something is wrong, less than two where nothing is. */
export function createDoctor(deps: DoctorDeps): () => Promise<Finding[]> {
  let questions = 0;
  return async () => {
    const facts = await gatherFacts(deps, questions);
    if (facts.answer.found !== undefined) questions++;
    return examine(facts);
  };
}

export function examine(facts: Facts): Finding[] {
  return [
    ...examineProcess(facts),
    ...examineAsterisk(facts),
    ...examineGate(facts),
    ...examineNetworks(facts),
    ...examineAlerts(facts),
    ...examineConsole(facts),
  ];
}
