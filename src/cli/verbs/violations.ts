/** `violations`: wrong devices, newest first. */
import type { ViolationView } from '../../api/shapes.ts';
import { query } from '../client.ts';
import type { Context, Options } from '../context.ts';
import type { Output } from '../output.ts';
import { type Column, printTable } from '../table.ts';
import { shortTime } from '../times.ts';

export async function violations(
  context: Context,
  extension: string | undefined,
  options: Options,
): Promise<undefined> {
  const client = await context.client();
  const fields = {
    extension,
    open: options.open === true ? 'true' : undefined,
    limit: options.limit,
  };
  const found = await client.get<{ violations: ViolationView[] }>(`/v1/violations${query(fields)}`);
  context.output.show(found, () => {
    if (found.violations.length === 0) context.output.line('No violations.');
    else printViolations(context.output, found.violations, context.now(), true);
  });
}

/** @param withExtension a column for it; not where all are of one */
export function printViolations(
  output: Output,
  found: readonly ViolationView[],
  now: number,
  withExtension: boolean,
): void {
  const columns: Column[] = [
    ...(withExtension ? [{ title: 'EXT', min: 6 }] : []),
    { title: 'LAST SEEN' },
    { title: 'REASON', min: 10 },
    { title: 'TIMES', align: 'right' },
    { title: 'FROM', min: 21 },
    { title: 'DEVICE', min: 8 },
    { title: 'STATE', min: 5 },
  ];
  const rows = found.map((one) => [
    ...(withExtension ? [one.extension] : []),
    shortTime(one.lastSeen, now),
    one.reason,
    String(one.registers + one.calls),
    one.address ?? '-',
    one.userAgent ?? '(none)',
    one.ended === null ? ({ text: 'open', style: 'red' } as const) : one.ended.how,
  ]);
  printTable(output, columns, rows);
}
