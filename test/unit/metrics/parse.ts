/**
 * A strict reader of Prometheus's text format, version 0.0.4, written from its specification: anything it does not allow
 * is an error, as are series that come twice, families that are torn apart, and histograms that do not add up.
 */

export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  /** By the whole series, name and labels as written. */
  readonly samples: ReadonlyMap<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\\\n]|\\\\[\\\\n])*)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE = new RegExp(
  `^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? ([-+]?(?:[0-9.]+(?:e[-+]?[0-9]+)?|Inf)|NaN)$`,
);

/** @throws where a line is not as the format has it */
export function parseMetrics(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, ParsedFamily & { samples: Map<string, number> }>();
  let name = '';
  let help = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, helpOf, words] = HELP.exec(line) ?? [];
    const [, typeOf, type] = TYPE.exec(line) ?? [];
    if (helpOf !== undefined) [name, help] = [helpOf, words ?? ''];
    else if (typeOf !== undefined) {
      if (typeOf !== name || families.has(name)) throw new Error(`a TYPE out of place: ${line}`);
      families.set(name, { type: type ?? '', help, samples: new Map() });
    } else addSample(families.get(name), name, line);
  }
  for (const [of, family] of families) checkWhole(of, family);
  return families;
}

function checkWhole(name: string, { type, samples }: ParsedFamily): void {
  if (samples.size === 0) throw new Error(`${name} has no sample`);
  if (type === 'histogram') checkHistogram(name, samples);
}

function addSample(
  family: { type: string; samples: Map<string, number> } | undefined,
  name: string,
  line: string,
): void {
  const [, of = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  const allowed = family?.type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
  if (family === undefined || !allowed.includes(of)) throw new Error(`not understood: ${line}`);
  if (family.samples.has(of + labels)) throw new Error(`twice: ${line}`);
  if (family.type === 'counter' && !(Number(value) >= 0)) throw new Error(`a counter below 0: ${line}`);
  family.samples.set(of + labels, value.endsWith('Inf') ? Number(`${value}inity`) : Number(value));
}

function checkHistogram(name: string, samples: ReadonlyMap<string, number>): void {
  const buckets = [...samples].filter(([series]) => series.startsWith(`${name}_bucket`));
  const bounds = buckets.map(([series]) =>
    Number(/le="([^"]+)"/.exec(series)?.[1]?.replace('Inf', 'Infinity')),
  );
  const counts = buckets.map(([, value]) => value);
  const isRising = (values: readonly number[]) =>
    values.every((one, i) => i === 0 || one >= (values[i - 1] ?? 0));
  if (!isRising(bounds) || !isRising(counts) || bounds.at(-1) !== Number.POSITIVE_INFINITY) {
    throw new Error(`${name} does not rise`);
  }
  if (counts.at(-1) !== samples.get(`${name}_count`) || !samples.has(`${name}_sum`)) {
    throw new Error(`${name} does not add up`);
  }
}
