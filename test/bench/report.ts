/**
 * What a part of the bench found, as rows with a goal or without one, and how a person is shown them. It measures
 * nothing.
 */

export interface Row {
  /** For programs: stays the same whatever the words become. */
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | 's' | 'MB' | '×' | '' | '%' | '/s';
  readonly goal?: { readonly most: number } | { readonly least: number } | undefined;
}

export interface Findings {
  readonly part: 'check' | 'service' | 'flag' | 'take-back' | 'scale' | 'console';
  readonly title: string;
  /** Asterisk's own words; null where none took part. */
  readonly asterisk: string | null;
  readonly rows: readonly Row[];
  /** What was found true or false beside the figures. */
  readonly notes: readonly string[];
}

export interface PartReport extends Findings {
  /** The load average of the last minute, before and after. */
  readonly load: readonly [before: number, after: number];
}

/** undefined where there is no goal. What could not be measured meets none. */
export function isMet({ value, goal }: Row): boolean | undefined {
  if (goal === undefined) return undefined;
  return 'most' in goal ? value <= goal.most : value >= goal.least;
}

export function missesOf({ rows }: PartReport): readonly Row[] {
  return rows.filter((row) => isMet(row) === false);
}

/** The report for programs: figures rounded to four digits, each goal with whether it was met. */
export function jsonOf({ rows, ...rest }: PartReport) {
  return {
    ...rest,
    rows: rows.map((row) => ({ ...row, value: roundedOrNull(row.value), met: isMet(row) ?? null })),
  };
}

export function textOf(report: PartReport): string {
  const { title, asterisk, rows, notes, load } = report;
  const lines = rows.map((row) => [row.what, shown(row), goalOf(row), metOf(row)] as const);
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const [first = 0, second = 0, third = 0] = widths;
  const body = lines.map(([what, value, goal, met]) =>
    `  ${what.padEnd(first)}  ${value.padStart(second)}  ${goal.padEnd(third)}  ${met}`.trimEnd(),
  );
  const where = asterisk === null ? '' : `, Asterisk ${asterisk}`;
  const head = `${title}${where} (load ${load.map((one) => one.toFixed(1)).join(' to ')})`;
  return [head, ...body, ...notes.map((note) => `  - ${note}`), ''].join('\n');
}

function shown({ value, unit }: Row): string {
  return Number.isNaN(value) ? 'not measured' : `${digits(value)}${unit === '' ? '' : ` ${unit}`}`;
}

function goalOf({ goal, unit }: Row): string {
  if (goal === undefined) return '';
  return 'most' in goal ? `goal ≤ ${goal.most} ${unit}`.trim() : `goal ≥ ${goal.least} ${unit}`.trim();
}

function metOf(row: Row): string {
  const met = isMet(row);
  return met === undefined ? '' : met ? 'met' : 'MISSED';
}

/** Three digits that mean something, whatever the size. */
function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

function roundedOrNull(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
}
