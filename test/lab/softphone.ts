/**
 * A real softphone: Debian's baresip, without a display, without sound, answering every call by itself. Installed on this
 * machine where it is missing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installProgram } from './debian.ts';
import type { HostPort } from './instance.ts';

const MODULES = '/usr/lib/baresip/modules';
const END_DEADLINE_MS = 3000;

export async function installSoftphone(): Promise<void> {
  await installProgram('baresip', 'baresip-core');
}

export interface SoftphoneOptions {
  readonly server: HostPort;
  readonly user: string;
  readonly password: string;
  /** Where it listens; a port of its own. */
  readonly at: HostPort;
}

export class Softphone implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  /** It registers as soon as it runs. */
  static async start({ server, user, password, at }: SoftphoneOptions): Promise<Softphone> {
    const folder = await mkdtemp(join(tmpdir(), 'device-lock-baresip-'));
    const account = `<sip:${user}@${server.host}:${server.port};transport=udp>;auth_pass=${password};answermode=auto;regint=300\n`;
    await writeFile(join(folder, 'accounts'), account, { mode: 0o600 });
    await writeFile(join(folder, 'contacts'), '');
    await writeFile(
      join(folder, 'config'),
      [
        `sip_listen ${at.host}:${at.port}`,
        `module_path ${MODULES}`,
        'module g711.so',
        'module aubridge.so',
        'module_app account.so',
        'module_app menu.so',
        'audio_player aubridge,none',
        'audio_source aubridge,none',
        'audio_alert aubridge,none',
        '',
      ].join('\n'),
    );
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'baresip', '-f', folder], { stdio: 'ignore' });
    await once(child, 'spawn');
    return new Softphone(folder, child);
  }

  /** It unregisters and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    const isRunning = this.#process.exitCode === null && this.#process.signalCode === null;
    if (isRunning) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const deadline = setTimeout(() => this.#process.kill('SIGKILL'), END_DEADLINE_MS);
      await ended;
      clearTimeout(deadline);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
