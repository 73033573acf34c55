/** Makes sure that a root is there, building it once where it is not. It never runs what is in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AsteriskVersion, rootOf, SUITES } from './cache.ts';

/** Downloading and unpacking 200 packages takes a minute on a good day. */
const BUILD_DEADLINE_MS = 15 * 60_000;

/** @returns the root's directory. Rejects where it could not be built; the builder's words went to stderr. */
export async function ensureRoot(version: AsteriskVersion): Promise<string> {
  const root = rootOf(version);
  await buildRoot(root, SUITES[version], 'asterisk');
  return root;
}

/** A root of this suite of Debian's with this package in it. Rejects as {@link ensureRoot}. */
export async function buildRoot(root: string, suite: string, packageName: string): Promise<void> {
  if (existsSync(root)) return;
  const builder = spawn(join(import.meta.dirname, 'build-root.sh'), [root, suite, packageName], {
    stdio: ['ignore', 2, 2],
    timeout: BUILD_DEADLINE_MS,
  });
  const [code] = await once(builder, 'exit');
  if (code !== 0) throw new Error(`${packageName} of ${suite} could not be installed at ${root}`);
}
