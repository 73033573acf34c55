/** Before the tests of the console: its page is built where it is stale. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export function setup(): void {
  execFileSync(fileURLToPath(new URL('../../scripts/console-build', import.meta.url)), { stdio: 'inherit' });
}
