import { defineConfig } from 'vitest/config';

// Tests on a real Asterisk that measure how long a call waits, or load the machine on purpose: nothing runs beside them.
const ALONE = [
  'dialplan',
  'dialplan-unanswered',
  'nothing-lost',
  'outage',
  'record',
  'second-host',
  'stopped',
].map((name) => `test/asterisk/${name}.test.ts`);

// The groups run in this order; 0 would be none, and last.
export default defineConfig({
  test: {
    reporters: ['default', './test/report/totals.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'pbx',
          include: ['test/pbx/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
          // None of these measures a wait: two at a time.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'asterisk',
          include: ['test/asterisk/**/*.test.ts'],
          exclude: ALONE,
          testTimeout: 60_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'asterisk-alone',
          include: ALONE,
          testTimeout: 60_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'console',
          include: ['test/console/**/*.test.ts'],
          globalSetup: ['test/console/build.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
