/**
 * `lock-all`: every extension that has no lock is locked to the phone it has now, in one change. Shows the table first,
 * asks, and writes a file that takes it back before anything is changed.
 */
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { ExportDocument, ExtensionSummary, ImportReport } from '../../api/shapes.ts';
import { showAlternative } from '../../domain/lock.ts';
import type { PhoneModel } from '../../domain/phone-model.ts';
import { loadAttackTools } from '../../phone-library/attack-tools.ts';
import { createPhoneLibrary } from '../../phone-library/library.ts';
import type { Client } from '../client.ts';
import type { Context, Options } from '../context.ts';
import { CliError, type ExitCode, usage } from '../failure.ts';
import { writeWhole } from '../files.ts';
import { harmless, harmlessJson } from '../harmless.ts';
import { documentsOf, type LockAllWishes, type Proposal, proposeLocks, unchanged } from '../lock-all-plan.ts';
import { type Cell, printTable } from '../table.ts';
import { count } from '../times.ts';

export async function lockAll(context: Context, options: Options): Promise<ExitCode | undefined> {
  const { output } = context;
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const isAsked = options.yes !== true && options.dryRun !== true;
  if (isAsked && (output.json || !isTerminal)) {
    throw usage('Shall it be done?', 'Look first with --dry-run, then give --yes.');
  }
  const mode = options.mode === 'inherit' ? undefined : options.mode;
  const client = await context.client();
  const wishes = {
    modelsOf: options.modelWhereKnown === true ? await modelsOf(client) : undefined,
    isAttackTool: await loadAttackTools(),
  };
  const proposals = await propose(client, wishes);
  const locked = proposals.filter(({ alternative }) => alternative !== null).length;
  if (!output.json) printProposals(context, proposals, locked);
  if (options.dryRun === true || locked === 0) {
    show(context, { dryRun: true, locked: 0, undo: null, proposals }, []);
    return undefined;
  }
  if (isAsked && !(await agrees(`Lock ${count(locked, 'extension')} like this?`))) {
    output.line('Nothing was changed.');
    return 1;
  }
  const before = await client.get<ExportDocument>('/v1/export');
  // Time went by while somebody looked: what is another by now is left alone.
  const still = unchanged(proposals, await propose(client, wishes));
  const { apply, undo } = documentsOf(still, before, mode);
  const file = options.out ?? defaultFile(context.now());
  if (existsSync(file))
    throw new CliError('file', `${file} is there already.`, 'Name another: it may be the only way back.');
  await writeWhole(file, `${harmlessJson(undo, 2)}\n`);
  await client.post<ImportReport>('/v1/import', { document: apply, dryRun: false });
  const left = locked - still.length;
  show(context, { dryRun: false, locked: still.length, undo: file, proposals }, [
    ...(left === 0 ? [] : [`${count(left, 'extension')} changed meanwhile and left alone.`]),
    `${count(still.length, 'extension')} locked. What was before is in ${file}; it comes back with:`,
    `  device-lock import ${file}`,
  ]);
  return undefined;
}

async function propose(client: Client, wishes: LockAllWishes): Promise<Proposal[]> {
  const { extensions } = await client.get<{ extensions: ExtensionSummary[] }>('/v1/extensions');
  return proposeLocks(extensions, wishes);
}

/** The operator's library as the service has it, compiled here. */
async function modelsOf(client: Client): Promise<(userAgent: string) => readonly string[]> {
  const { models } = await client.get<{ models: PhoneModel[] }>('/v1/models');
  const library = createPhoneLibrary(models);
  return (userAgent) => library.modelsMatching(userAgent).map(({ id }) => id);
}

function show({ output }: Context, document: object, lines: readonly string[]): void {
  output.show(document, () => {
    for (const line of lines) output.line(harmless(line));
  });
}

function printProposals({ output }: Context, proposals: readonly Proposal[], locked: number): void {
  printTable(
    output,
    [
      { title: 'EXT', min: 6 },
      { title: 'NAME', min: 6 },
      { title: 'PHONE NOW', min: 16 },
      { title: 'LOCK IT WOULD GET', min: 20 },
    ],
    proposals.map(({ extension, label, devices, alternative, whyNot }): Cell[] => [
      extension,
      label ?? '',
      devices.length === 0 ? '-' : devices.join(' + '),
      alternative === null
        ? { text: `none: ${whyNot}`, style: whyNot === 'locked already' ? 'dim' : 'yellow' }
        : showAlternative(alternative),
    ]),
  );
  output.line(`${count(locked, 'extension')} would be locked, ${proposals.length - locked} not.`);
}

/** In the folder it is run in, so that it is found again. */
function defaultFile(now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `device-lock-before-lock-all-${stamp}.json`;
}

async function agrees(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  // Ctrl-D is no.
  terminal.once('close', () => resolve(''));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
