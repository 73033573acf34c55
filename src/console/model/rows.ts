/** The overview's rows: searched, filtered and sorted. Pure. */
import type { OverviewRow } from '../api/shapes.ts';

export type Filter = 'all' | 'violation' | 'unlocked' | 'unregistered' | 'unknown' | 'temporary';
export type Column = 'extension' | 'lock' | 'phone' | 'violations';
export interface Sorting {
  readonly column: Column;
  readonly descending: boolean;
}

export const FILTERS: readonly { readonly id: Filter; readonly label: string }[] = [
  { id: 'all', label: 'All' },
  { id: 'violation', label: 'In violation' },
  { id: 'unlocked', label: 'Unlocked' },
  { id: 'unregistered', label: 'Unregistered' },
  { id: 'unknown', label: 'Unknown device' },
  { id: 'temporary', label: 'Code or grant' },
];

const PASSES: Readonly<Record<Filter, (row: OverviewRow) => boolean>> = {
  all: () => true,
  violation: (row) => row.openViolations > 0,
  unlocked: (row) => row.lock.source === 'none',
  unregistered: (row) => row.contacts.length === 0,
  unknown: (row) => row.known === false,
  temporary: (row) => row.codeExpires !== null || row.lock.grants.length > 0,
};

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export function showRows(
  rows: readonly OverviewRow[],
  search: string,
  filter: Filter,
  { column, descending }: Sorting,
): OverviewRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = rows.filter(
    (row) => PASSES[filter](row) && words.every((word) => textOf(row).includes(word)),
  );
  const keyed = shown.map((row) => ({ row, key: keyOf(row, column) }));
  keyed.sort(
    (a, b) =>
      compare(a.key, b.key) * (descending ? -1 : 1) || collator.compare(a.row.extension, b.row.extension),
  );
  return keyed.map(({ row }) => row);
}

export function countRows(rows: readonly OverviewRow[]): Record<Filter, number> {
  const counts = { all: 0, violation: 0, unlocked: 0, unregistered: 0, unknown: 0, temporary: 0 };
  for (const row of rows) for (const { id } of FILTERS) if (PASSES[id](row)) counts[id]++;
  return counts;
}

/** What the operator calls a phone: `Yealink T46U`, or undefined where the User-Agent tells nothing. */
export function phoneName(device: {
  readonly vendor: string | null;
  readonly model: string | null;
}): string | undefined {
  const name = [device.vendor, device.model].filter(Boolean).join(' ');
  return name === '' ? undefined : name;
}

const texts = new WeakMap<OverviewRow, string>();

function textOf(row: OverviewRow): string {
  let text = texts.get(row);
  if (text === undefined) {
    const devices = [...row.contacts, ...(row.lastSeen === null ? [] : [row.lastSeen])];
    text = [
      row.extension,
      row.label ?? '',
      row.lock.kind,
      row.lock.mode,
      ...devices.map((d) => `${d.userAgent ?? ''} ${d.vendor ?? ''} ${d.model ?? ''} ${d.address ?? ''}`),
    ]
      .join(' ')
      .toLowerCase();
    texts.set(row, text);
  }
  return text;
}

function keyOf(row: OverviewRow, column: Column): string | number {
  switch (column) {
    case 'extension':
      return row.extension;
    case 'lock':
      return `${row.lock.source} ${row.lock.kind} ${row.lock.mode}`;
    case 'phone': {
      const device = row.contacts[0] ?? row.lastSeen;
      return device === null ? '\uffff' : (phoneName(device) ?? device.userAgent ?? '\ufffe');
    }
    case 'violations':
      return row.openViolations * 1e6 + row.violationDays.reduce((sum, day) => sum + day, 0);
  }
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}
