/**
 * Loaded ahead of a service that is measured (node --import): listens to what the gate's histogram is given, to the event
 * loop and to the garbage collector, and writes it all down at SIGUSR2. It is never part of a service that guards a PBX.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FILE_VARIABLE, type InsideFigures } from './inside.ts';

/** Milliseconds between two looks at the event loop; no shorter delay is seen. */
const RESOLUTION = 1;

const file = process.env[FILE_VARIABLE];
if (file !== undefined && process.argv.includes('serve')) await watch(file);

async function watch(to: string): Promise<void> {
  let answers: number[] = [];
  let answersOnProcessor: number[] = [];
  let longestCollection = 0;
  let from = performance.now();
  let cpu = process.cpuUsage();

  // The gate looks at the clock when a question is whole and when it has answered; nothing comes between the two.
  const now = performance.now.bind(performance);
  let [asked, answered] = [processorTime(), processorTime()];
  performance.now = () => {
    [asked, answered] = [answered, processorTime()];
    return now();
  };
  const { Histogram } = await import('../../src/gate/histogram.ts');
  const { record } = Histogram.prototype;
  Histogram.prototype.record = function (value) {
    answers.push(value);
    answersOnProcessor.push(answered - asked);
    record.call(this, value);
  };
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION });
  loop.enable();
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      // The look's own collection is told of late.
      if (startTime >= from) longestCollection = Math.max(longestCollection, duration);
    }
  }).observe({ entryTypes: ['gc'] });

  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  process.on('SIGUSR2', () => {
    const { user, system } = process.cpuUsage(cpu);
    const elapsed = performance.now() - from;
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
    const seen = { p50: late(loop.percentile(50)), p99: late(loop.percentile(99)), most: late(loop.max) };
    const pause = longestCollection;
    collect();
    const { rss, heapUsed } = process.memoryUsage();
    const figures: InsideFigures = {
      answers,
      answersOnProcessor,
      late: seen,
      longestCollection: pause,
      cpuShare: (user + system) / 1000 / elapsed,
      memory: { rss, heapUsed, peak: peakOf() },
    };
    writeFileSync(`${to}.new`, JSON.stringify(figures));
    renameSync(`${to}.new`, to);
    // What the look itself cost is not counted.
    setImmediate(() => {
      answers = [];
      answersOnProcessor = [];
      longestCollection = 0;
      from = performance.now();
      cpu = process.cpuUsage();
      loop.reset();
    });
  });
}

function peakOf(): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return Number(kilobytes ?? Number.NaN) * 1024;
}

/** Of this thread, in microseconds. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
