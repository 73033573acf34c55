/** The rows of data/user-agents.tsv: real User-Agents and what is to be made of them. */
import { readFileSync } from 'node:fs';

export interface CorpusRow {
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  readonly firmware: string | undefined;
  readonly mac: string | undefined;
  /** The one library entry that claims it. */
  readonly phoneModel: string | undefined;
  readonly userAgent: string;
  readonly source: string;
}

export function readCorpus(): readonly CorpusRow[] {
  const file = new URL('../../../data/user-agents.tsv', import.meta.url);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const [vendor, model, firmware, mac, phoneModel, userAgent, source] = line.split('\t');
    return {
      vendor: present(vendor),
      model: present(model),
      firmware: present(firmware),
      mac: present(mac),
      phoneModel: present(phoneModel),
      userAgent: userAgent ?? '',
      source: source ?? '',
    };
  });
}

function present(field: string | undefined): string | undefined {
  return field === '-' ? undefined : field;
}
