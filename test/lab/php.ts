/**
 * The PHP of a FreePBX, for the module: 7.4 as on FreePBX 16, 8.2 as on 17, each Debian's own in a root of its own. It runs
 * the module's files and the tests' with nothing of FreePBX around them.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { PHP_SUITES, type PhpVersion, phpRootOf } from './cache.ts';
import { buildRoot } from './root.ts';

/** Of Debian; FreePBX has them too. */
export const PHP_PACKAGES = 'php-cli,php-curl';

const PROJECT = join(import.meta.dirname, '../..');
/** What a run of PHP may need of the project; the same places in the root as in the checkout. */
const COPIED = ['dialplan', 'test/freepbx', 'test/lab/etc'];
const DEADLINE_MS = 30_000;
/** What a test that was killed left behind is older than this; milliseconds. */
const FORGOTTEN_MS = 3_600_000;

export class Php implements AsyncDisposable {
  readonly #root: string;
  readonly #inside: string;

  private constructor(root: string, inside: string) {
    this.#root = root;
    this.#inside = inside;
  }

  /** Builds the root first where it is not there (a minute). */
  static async open(version: PhpVersion): Promise<Php> {
    const root = phpRootOf(version);
    await buildRoot(root, PHP_SUITES[version], PHP_PACKAGES);
    await removeForgotten(join(root, 'lab'));
    const inside = `/lab/php-${randomBytes(6).toString('hex')}`;
    for (const folder of COPIED) {
      const to = join(root, inside, folder);
      await mkdir(dirname(to), { recursive: true });
      await cp(join(PROJECT, folder), to, { recursive: true });
    }
    return new Php(root, inside);
  }

  /**
   * Runs a file of the project.
   * @returns what it printed. Rejects, with everything it said, where it failed
   */
  async run(file: string, ...args: readonly string[]): Promise<string> {
    return this.#php([join(this.#inside, file), ...args], '');
  }

  /** As {@link run}, with this for its standard input. */
  async feed(file: string, input: string): Promise<string> {
    return this.#php([join(this.#inside, file)], input);
  }

  /** Rejects where the file is not PHP of this version. */
  async lint(file: string): Promise<void> {
    await this.#php(['-l', join(this.#inside, file)], '');
  }

  /** Where a file of this run is, seen from outside; {@link inside} says where PHP sees it. */
  outside(name: string): string {
    return join(this.#root, this.#inside, name);
  }

  inside(name: string): string {
    return join(this.#inside, name);
  }

  /** Every PHP file below a folder of the project. */
  async filesOf(folder: string): Promise<string[]> {
    const entries = await readdir(join(PROJECT, folder), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.php'))
      .map((entry) => relative(PROJECT, join(entry.parentPath, entry.name)))
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(join(this.#root, this.#inside), { recursive: true, force: true });
  }

  async #php(args: readonly string[], input: string): Promise<string> {
    const settings = ['-d', 'display_errors=stderr', '-d', 'error_reporting=-1'];
    const child = spawn('chroot', [this.#root, 'php', ...settings, ...args], { timeout: DEADLINE_MS });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const ended = once(child, 'close');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await ended;
    if (code !== 0 || err !== '') throw new Error(`php ${args.join(' ')} ended with ${code}:\n${out}${err}`);
    return out;
  }
}

async function removeForgotten(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > FORGOTTEN_MS) await rm(path, { recursive: true, force: true });
  }
}
