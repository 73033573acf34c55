/** Programs of Debian's that a test needs, installed on this machine where they are missing. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const DEADLINE_MS = 240_000;

// Several test files may want something at once. $1 is what has to be there, the rest brings it.
const INSTALL = `
command -v "$1" >/dev/null && exit 0
exec 9>/var/lock/device-lock-lab-apt
flock 9
command -v "$1" >/dev/null && exit 0
shift
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends "$@"
`;

/** @param program as a shell finds it @param packages what it comes with */
export async function installProgram(program: string, ...packages: readonly string[]): Promise<void> {
  await promisify(execFile)('bash', ['-ec', INSTALL, 'bash', program, ...packages], { timeout: DEADLINE_MS });
}
