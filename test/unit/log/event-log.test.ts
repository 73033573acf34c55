import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { EventLog, type ServiceEvent } from '../../../src/log/event-log.ts';
import { call, violation } from '../store/records.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const SOURCES = fileURLToPath(new URL('../../../src', import.meta.url));
const DOCS = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');

/** Event → what its row of the documentation says of its fields. */
const documented = new Map(
  [...DOCS.matchAll(/^\| `([a-z-]+)` \| (.*) \| .* \|$/gm)].map(([, event = '', fields = '']) => [
    event,
    fields,
  ]),
);

/** All names that the code announces: in `note(…)` and `announce(…)`, and where an event is made by hand. */
function eventsOfCode(): Set<string> {
  const names = new Set(['violation-opened', 'violation-ended']);
  for (const file of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.startsWith('console')) continue;
    const text = readFileSync(join(SOURCES, file), 'utf8');
    const made = /(?:\.(?:#?announce|note|#say)\(|\bevent(?:: | = ))([^,;(){}]*)[,;}]/g;
    // A line that goes to the log alone is no event.
    const announcing = text.replaceAll(/logger[.?[][^;]*;/g, '');
    for (const [, named = ''] of announcing.matchAll(made)) {
      for (const [, name = ''] of named.matchAll(/'([a-z-]+)'/g)) names.add(name);
    }
  }
  return names;
}

function rowOf(event: string): string {
  const row = documented.get(event) ?? '';
  if (!row.startsWith('the same')) return row;
  const before = [...documented.keys()];
  return `${rowOf(before[before.indexOf(event) - 1] ?? '')} ${row}`;
}

describe('docs/events.md', () => {
  test('has a row for every event that the code announces', () => {
    const own = ['heartbeat', 'started', 'stopping'];
    const missing = [...eventsOfCode()].filter((name) => !documented.has(name) && !own.includes(name));
    expect(missing).toEqual([]);
    expect(eventsOfCode().size).toBeGreaterThan(10);
  });

  test('names every field of violations and calls', () => {
    const events = new EventLog(logger, () => 0);
    const seen: ServiceEvent[] = [];
    events.on('event', (event) => seen.push(event));
    events.violation('opened', violation({ calls: 1, dialled: '00' }));
    events.violation('ended', violation({ ended: { at: 1, how: 'matched' } }));
    const outcomes = ['refused', 'monitored', 'refused-unanswered', 'emergency'] as const;
    for (const outcome of outcomes) events.call(call({ outcome, violation: 1 }));
    expect(seen).toHaveLength(6);
    for (const { event, at: _, ...fields } of seen) {
      const missing = Object.keys(fields).filter((name) => !rowOf(event).includes(`\`${name}\``));
      expect([event, missing]).toEqual([event, []]);
    }
  });
});

test('what is left out of an attack is said to followers too, and every violation and call is heard of', () => {
  let now = 0;
  const events = new EventLog(logger, () => now);
  const seen: ServiceEvent[] = [];
  let [violations, calls] = [0, 0];
  events.on('event', (event) => seen.push(event));
  events.on('violation', () => violations++);
  events.on('call', () => calls++);
  for (let n = 0; n < 50; n++) {
    events.violation('opened', violation());
    events.call(call({ outcome: 'emergency' }));
  }
  now = 60_000;
  events.tick();
  expect([violations, calls]).toEqual([50, 50]);
  expect(seen.filter(({ event }) => event === 'violation-opened')).toHaveLength(30);
  expect(seen.filter(({ event }) => event === 'emergency-call')).toHaveLength(50);
  expect(seen.at(-1)).toMatchObject({ event: 'lines-left-out', of: 'violation-opened 100', leftOut: 20 });
});
