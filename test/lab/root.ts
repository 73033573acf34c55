/** Makes sure that the root of an Asterisk is there, building it once where it is not. It never runs Asterisk. */
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
  if (existsSync(root)) return root;
  const builder = spawn(join(import.meta.dirname, 'build-root.sh'), [root, SUITES[version]], {
    stdio: ['ignore', 2, 2],
    timeout: BUILD_DEADLINE_MS,
  });
  const [code] = await once(builder, 'exit');
  if (code !== 0) throw new Error(`the root of Asterisk ${version} could not be built at ${root}`);
  return root;
}
