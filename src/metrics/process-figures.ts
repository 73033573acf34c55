/** What the process itself takes: CPU, memory, and how late its event loop is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { by, counter, type Family, gauge } from './exposition.ts';

/** Milliseconds between two looks at the event loop, and for which a figure is gathered at the least. */
const RESOLUTION = 100;
const WINDOW = 60_000;

/**
 * From now on; reading begins a new window where the last is old enough, so that several readers see nearly the same.
 * @param now milliseconds on any steady clock
 */
export function processFigures(now: () => number = () => performance.now()): () => Family[] {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  let since = now();
  return () => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    // It measures the time between two of its own looks.
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1000);
    const figures = [
      ['median', late(delay.percentile(50))],
      ['p99', late(delay.percentile(99))],
      ['longest', late(delay.max)],
    ] as const;
    if (now() - since >= WINDOW) {
      delay.reset();
      since = now();
    }
    return [
      counter('process_cpu_seconds_total', 'CPU time of all threads.', (user + system) / 1e6),
      gauge('process_resident_memory_bytes', 'Memory that is in RAM.', rss),
      gauge('device_lock_heap_bytes', 'Memory of JavaScript objects.', heapUsed),
      gauge(
        'device_lock_event_loop_delay_seconds',
        'How late the event loop was, over the last minute or since the last reading after it.',
        by('at', figures),
      ),
    ];
  };
}
