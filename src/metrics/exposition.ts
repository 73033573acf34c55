/**
 * Figures as Prometheus reads them: its text format, version 0.0.4. Names and labels are words of ours; no label ever
 * holds what came from SIP, and none an extension, so that the number of series is bounded.
 */

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

export interface Family {
  /** With the unit, and `_total` where it only grows: `device_lock_calls_judged_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly (Sample & {
    /** `_bucket`, `_sum` or `_count` of a histogram. */
    readonly suffix?: string;
  })[];
}

export function gauge(name: string, help: string, value: number | readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples: typeof value === 'number' ? [{ value }] : value };
}

export function counter(name: string, help: string, value: number | readonly Sample[]): Family {
  return { name, help, type: 'counter', samples: typeof value === 'number' ? [{ value }] : value };
}

/** One sample for each entry, under one label. */
export function by(label: string, counts: Iterable<readonly [string, number]>): Sample[] {
  return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
}

/** Families without a sample are left out. */
export function render(families: readonly Family[]): string {
  const texts = families.filter(({ samples }) => samples.length > 0).map(renderFamily);
  return texts.join('');
}

function renderFamily({ name, help, type, samples }: Family): string {
  const lines = samples.map(
    ({ suffix = '', labels = {}, value }) => `${name}${suffix}${renderLabels(labels)} ${renderValue(value)}`,
  );
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function renderValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
