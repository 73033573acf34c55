/** Builds the release of the commit that is checked out, as scripts/package does, into a folder of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** What these tests are of. */
export const CHECKOUT = resolve(import.meta.dirname, '../..');
const DEADLINE_MS = 240_000;

export interface Release extends AsyncDisposable {
  readonly folder: string;
  readonly tarball: string;
}

/** @param checkout where it is built; this one where it is not said */
export async function buildRelease(checkout = CHECKOUT): Promise<Release> {
  const folder = await mkdtemp(join(tmpdir(), 'device-lock-release-'));
  const { stdout } = await run(
    join(checkout, 'scripts/package'),
    ['--out', folder, '--arch', process.arch === 'arm64' ? 'arm64' : 'x64'],
    { timeout: DEADLINE_MS },
  );
  return {
    folder,
    tarball: stdout.split('\n').find((line) => line.endsWith('.tar.gz')) ?? '',
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The same commit elsewhere, with the packages of this checkout. */
export async function cloneCheckout(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'device-lock-clone-'));
  const path = join(folder, 'elsewhere');
  await run('git', ['clone', '--quiet', '--shared', CHECKOUT, path], { timeout: DEADLINE_MS });
  await symlink(join(CHECKOUT, 'node_modules'), join(path, 'node_modules'));
  // Older than the packages: they are not fetched again.
  await utimes(join(path, 'package-lock.json'), 0, 0);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
