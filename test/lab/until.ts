/** Waiting for a condition with a deadline: the only way anything here waits. */
import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 20;

/**
 * Resolves as soon as the check says true.
 * @param what the condition in words, for the error
 * @throws at the deadline, with the last thing the check threw as its cause
 */
export async function until(
  what: string,
  deadlineMs: number,
  check: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    let cause: unknown;
    try {
      if (await check()) return;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= end) throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause });
    await sleep(STEP_MS);
  }
}
