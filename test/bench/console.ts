/**
 * How soon the console's overview is there, in a real Chromium: the browser's own first paint, and the first row drawn,
 * from the start of the navigation, the session already open. Page and answers come from the real API on TCP, over the
 * table of the unit tests' rig: all but the Asterisk behind it.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openBrowser } from '../console/browser.ts';
import { openHouse, PASSWORD } from '../console/house.ts';
import { DESK } from '../unit/api/rig.ts';
import { largest, median } from './figures.ts';
import type { PartOptions } from './part.ts';
import type { Findings, Row } from './report.ts';

const GOAL_MS = 1000;
const BUILD = fileURLToPath(new URL('../../scripts/console-build', import.meta.url));

interface Seen {
  /** Milliseconds since the navigation began. */
  readonly paint: number;
  readonly row: number;
}

export async function measureConsole({ quick, say }: PartOptions): Promise<Findings> {
  execFileSync(BUILD, { stdio: 'inherit' });
  const rows: Row[] = [];
  for (const size of quick ? [1000] : [1000, 10_000]) {
    say(`${size} extensions`);
    const seen = await open(size, quick ? 3 : 9);
    const name = size.toLocaleString('en');
    const goal = size === 1000 ? { most: GOAL_MS } : undefined;
    const times = seen.map(({ row }) => row);
    rows.push(
      {
        id: `paint-${size}`,
        what: `first paint, ${name} extensions`,
        value: median(seen.map(({ paint }) => paint)),
        unit: 'ms',
        goal,
      },
      {
        id: `row-${size}`,
        what: `first row drawn, ${name} extensions`,
        value: median(times),
        unit: 'ms',
        goal,
      },
      { id: `row-${size}-worst`, what: 'the slowest of them', value: largest(times), unit: 'ms' },
    );
  }
  return {
    part: 'console',
    title: 'The console',
    asterisk: null,
    rows,
    notes: ['Chromium, each time with an empty cache'],
  };
}

async function open(size: number, rounds: number): Promise<Seen[]> {
  await using house = await openHouse();
  const names = Array.from({ length: size }, (_, index) => [String(20_000 + index), undefined] as const);
  house.rig.table.setExtensions(new Map(names));
  for (const [extension] of names) house.rig.register(extension, [DESK, '192.0.2.10:5060']);
  const browser = await openBrowser();
  try {
    const seen: Seen[] = [];
    for (let round = 0; round < rounds; round++) {
      const context = await browser.newContext();
      await context.request.post(`${house.url}v1/session`, { data: { user: 'alice', password: PASSWORD } });
      const page = await context.newPage();
      await page.goto(house.url);
      await page.waitForSelector('tbody tr a');
      seen.push(
        await page.evaluate<Seen>(
          '({ row: performance.now(), paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN })',
        ),
      );
      await context.close();
    }
    return seen;
  } finally {
    await browser.close();
  }
}
