/**
 * A whole machine for the installer: the root of an Asterisk, writable, with network, processes and mounts of its own. What
 * is done in it is gone with it; the root it is made of is never written to.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type AsteriskVersion, cacheDirectory } from './cache.ts';
import { childOf } from './processes.ts';
import { ensureRoot } from './root.ts';
import { until } from './until.ts';

const READY_DEADLINE_MS = 60_000;
const TOOLS_DEADLINE_MS = 180_000;
const COMMAND_DEADLINE_MS = 150_000;
const LARGEST_OUTPUT = 64 * 1024 * 1024;

// The overlay costs nothing; where the file system cannot carry one, the root is copied.
const SET_UP = `
set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root" 2>/dev/null || cp -a "$1/." "$2/root"
mkdir -p "$2/root/proc"
mount -t proc proc "$2/root/proc"
mount --rbind /dev "$2/root/dev"
ip link set lo up
echo ready
exec sleep infinity
`;

// What a bare machine of CI may lack.
const TOOLS = `
missing=
for tool in ip openssl nsenter unshare setpriv; do command -v $tool >/dev/null || missing=yes; done
[ -n "$missing" ] || exit 0
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends iproute2 openssl util-linux
`;

export interface Said {
  readonly code: number;
  /** Standard output, then standard error. */
  readonly text: string;
}

let tools: Promise<unknown> | undefined;

export class Box implements AsyncDisposable {
  /** The first process of the machine, as this one sees it. */
  readonly pid: number;
  readonly #folder: string;
  readonly #keeper: number;

  private constructor(folder: string, keeper: number, pid: number) {
    this.#folder = folder;
    this.#keeper = keeper;
    this.pid = pid;
  }

  static async open(version: AsteriskVersion): Promise<Box> {
    tools ??= promisify(execFile)('sh', ['-ec', TOOLS], { timeout: TOOLS_DEADLINE_MS });
    await tools;
    const lower = await ensureRoot(version);
    await mkdir(join(cacheDirectory(), 'state'), { recursive: true });
    const folder = await mkdtemp(join(cacheDirectory(), 'state', 'box-'));
    for (const part of ['upper', 'work', 'root']) await mkdir(join(folder, part), { mode: 0o755 });
    const apart = ['--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', '-c', SET_UP, 'sh'];
    const keeper = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...apart, lower, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let isReady = false;
    keeper.stdout.once('data', () => {
      isReady = true;
    });
    if (keeper.pid === undefined) throw new Error('unshare cannot be run');
    const keeperPid = keeper.pid;
    await until('the machine is set up', READY_DEADLINE_MS, () => isReady);
    return new Box(folder, keeperPid, childOf(keeperPid) ?? 0);
  }

  /** Where the machine's files are as this process sees them; only through its first process. */
  path(inside: string): string {
    return join(`/proc/${this.pid}/root`, this.#folder, 'root', inside);
  }

  /** Runs a line of shell as the machine's root. */
  sh(line: string, environment: Readonly<Record<string, string>> = {}): Promise<Said> {
    const assignments = Object.entries({ PATH, HOME: '/root', LC_ALL: 'C.UTF-8', ...environment });
    const env = ['env', '-i', ...assignments.map(([name, value]) => `${name}=${value}`)];
    const enter = ['--target', String(this.pid), '--mount', '--net', '--pid'];
    return this.#run('nsenter', [...enter, 'chroot', join(this.#folder, 'root'), ...env, 'bash', '-c', line]);
  }

  /** @throws where it failed, with what it said */
  async must(line: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, text } = await this.sh(line, environment);
    if (code !== 0) throw new Error(`"${line}" ended with ${code}:\n${text}`);
    return text;
  }

  /** Runs a program of this machine, on the other's network. */
  onNetwork(program: string, ...args: string[]): Promise<Said> {
    return this.#run('nsenter', ['--target', String(this.pid), '--net', program, ...args]);
  }

  async startAsterisk(): Promise<void> {
    await this.must('mkdir -p /run/asterisk && chown asterisk:asterisk /run/asterisk');
    await this.must('setsid asterisk -f -U asterisk -G asterisk </dev/null >/dev/null 2>&1 & disown');
    await until('Asterisk has booted', READY_DEADLINE_MS, async () =>
      (await this.sh("asterisk -rx 'core waitfullybooted'")).text.includes('fully booted'),
    );
  }

  /** Unpacks a tarball, which holds one folder, as /root/<name>. */
  async unpack(tarball: string, name: string): Promise<void> {
    await mkdir(this.path(`/root/${name}`), { recursive: true });
    const { code, text } = await this.#run('tar', [
      ...['-xzf', tarball, '--strip-components=1', '--no-same-owner'],
      ...['-C', this.path(`/root/${name}`)],
    ]);
    if (code !== 0) throw new Error(text);
  }

  /** Shows a folder of this machine as /root/<name>, not to be written to. */
  async lend(folder: string, name: string): Promise<void> {
    const at = join(this.#folder, 'root/root', name);
    const line = 'mkdir -p "$2" && mount --bind "$1" "$2" && mount -o remount,bind,ro "$2"';
    const { code, text } = await this.#run('nsenter', [
      ...['--target', String(this.pid), '--mount', 'sh', '-c', line, 'sh', folder, at],
    ]);
    if (code !== 0) throw new Error(text);
  }

  /**
   * Every file, folder and link with mode, owner and content; without what Asterisk writes by itself, and /root, where the
   * tests unpack.
   */
  async listing(): Promise<string[]> {
    const text = await this.must(LIST);
    return text.split('\n').filter((line) => line !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.kill(this.#keeper, 'SIGKILL');
    await until('the machine is gone', READY_DEADLINE_MS, async () => {
      await rm(this.#folder, { recursive: true, force: true });
      return true;
    });
  }

  #run(program: string, args: readonly string[]): Promise<Said> {
    return new Promise((resolve) => {
      execFile(
        program,
        args,
        { timeout: COMMAND_DEADLINE_MS, killSignal: 'SIGKILL', maxBuffer: LARGEST_OUTPUT },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          resolve({ code, text: stdout + stderr });
        },
      );
    });
  }
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const LIST = `
cd /
ours() {
  find . -xdev \\( -path ./proc -o -path ./dev -o -path ./lab -o -path ./root -o -path ./tmp \\) -prune -o \\
    \\( -path './var/log/asterisk/*' ! -name 'device-lock*' -o -path './run/asterisk/*' -o -path './var/spool/asterisk/*' \\
    -o -path './var/lib/asterisk/*' -o -path './var/cache/asterisk/*' \\) -prune -o "$@"
}
ours -printf '%p %y %m %u:%g %l\\n' | LC_ALL=C sort
ours -type f -print0 | xargs -0 sha256sum | LC_ALL=C sort -k 2`;
