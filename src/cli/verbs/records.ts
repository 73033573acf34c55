/** `calls` and `audit`: what was refused, and what operators changed. */
import type { AuditView, CallView } from '../../api/shapes.ts';
import { query } from '../client.ts';
import { wrap } from '../columns.ts';
import type { Context, Options } from '../context.ts';
import { harmless } from '../harmless.ts';
import type { Output } from '../output.ts';
import { type Column, printTable } from '../table.ts';
import { shortTime } from '../times.ts';

export async function calls(
  context: Context,
  extension: string | undefined,
  options: Options,
): Promise<undefined> {
  const client = await context.client();
  const limit = options.limit;
  const found = await client.get<{ calls: CallView[] }>(`/v1/calls${query({ extension, limit })}`);
  context.output.show(found, () => {
    if (found.calls.length === 0) context.output.line('No calls were refused, and none was an emergency.');
    else printCalls(context.output, found.calls, context.now(), true);
  });
}

export async function audit(
  context: Context,
  target: string | undefined,
  options: Options,
): Promise<undefined> {
  const client = await context.client();
  const limit = options.limit;
  const found = await client.get<{ audit: AuditView[] }>(`/v1/audit${query({ target, limit })}`);
  context.output.show(found, () => {
    if (found.audit.length === 0) context.output.line('Nothing was changed yet.');
    for (const entry of found.audit) printEntry(context.output, entry, context.now());
  });
}

/** @param withExtension a column for it; not where all are of one */
export function printCalls(
  output: Output,
  found: readonly CallView[],
  now: number,
  withExtension: boolean,
): void {
  const columns: Column[] = [
    { title: 'WHEN' },
    ...(withExtension ? [{ title: 'EXT', min: 6 }] : []),
    { title: 'DIALLED', min: 7 },
    { title: 'OUTCOME', min: 7 },
    { title: 'REASON', min: 8 },
    { title: 'FROM', min: 15 },
    { title: 'DEVICE', min: 8 },
  ];
  const rows = found.map((call) => [
    shortTime(call.at, now),
    ...(withExtension ? [call.extension] : []),
    call.dialled === '' ? '-' : call.dialled,
    { text: call.outcome, style: STYLE[call.outcome] },
    call.reason,
    call.address ?? '-',
    call.userAgent ?? '-',
  ]);
  printTable(output, columns, rows);
}

const STYLE = {
  refused: 'red',
  'refused-unanswered': 'red',
  monitored: 'yellow',
  emergency: 'green',
} as const;

/** What changed is worth more than a cell: it gets lines of its own. */
function printEntry(output: Output, { at, who, action, target, detail }: AuditView, now: number): void {
  output.line(harmless(`${shortTime(at, now)}  ${action} ${target}, by ${who}`));
  for (const line of wrap(harmless(detail), output.width - 4)) output.line(`    ${line}`);
}
