/** Whether the console is open where the configuration wants it. */
import type { Facts } from './facts.ts';
import { type Finding, ok, warning } from './finding.ts';

export function examineConsole({ console: { url, failure } }: Facts): Finding[] {
  if (failure !== null) {
    const cure = 'Correct [console], or free that port; then restart the service. Calls are not affected.';
    return [warning('console', `${failure}.`, cure)];
  }
  if (url !== null) return [ok('console', `The console is open at ${url}`)];
  return [ok('console', 'The console is closed: it is off, or has no user yet (device-lock users add).')];
}
