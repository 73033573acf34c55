/**
 * A lab's Asterisk made ready for the bench: more extensions, the loops, no log of every dialplan line, and the service
 * in front of it with a look inside.
 */
import { appendFile, chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { path } from '../../src/cli/client.ts';
import type { Alternative } from '../../src/domain/lock.ts';
import type { AsteriskVersion } from '../lab/cache.ts';
import type { ExtensionAccount } from '../lab/instance.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type LabService, startService } from '../lab/service.ts';
import { until } from '../lab/until.ts';
import { SipPhone } from '../sip/phone.ts';
import { ASTDB, benchAccounts, benchExtensions, benchPjsip } from './dialplan.ts';
import { Inside, type InsideFigures } from './inside.ts';

const SCRIPTS = new URL('../../scripts/bench-support/', import.meta.url);
const LOADED_DEADLINE_MS = 30_000;
const KNOWN_DEADLINE_MS = 30_000;
const AT_DESK = '127.0.0.21';

export class Rig implements AsyncDisposable {
  readonly lab: Lab;
  readonly service: LabService;
  readonly accounts: readonly ExtensionAccount[];

  readonly #inside: Inside;

  private constructor(lab: Lab, service: LabService, accounts: readonly ExtensionAccount[], inside: Inside) {
    this.lab = lab;
    this.service = service;
    this.accounts = accounts;
    this.#inside = inside;
  }

  /** @param isWatched whether {@link look} will be wanted: looking inside costs the service a little all the time */
  static async open(asterisk: AsteriskVersion, extensions: number, isWatched: boolean): Promise<Rig> {
    const lab = await startLab({ asterisk });
    try {
      const accounts = benchAccounts(extensions);
      await equip(lab, accounts);
      const inside = new Inside(join(lab.home, 'bench', 'inside'));
      const service = await (isWatched ? inside.around(() => startService(lab)) : startService(lab));
      await until('the service listed every extension', LOADED_DEADLINE_MS, async () => {
        const { counts } = await service.api.get<{ counts: { extensions: number } }>('/v1/status');
        return counts.extensions >= extensions;
      });
      return new Rig(lab, service, accounts, inside);
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  /** What went on inside the service since the last look. */
  async look(): Promise<InsideFigures> {
    const { pid } = this.service;
    if (pid === undefined) throw new Error('the service is not running');
    return await this.#inside.look(pid);
  }

  phone({ extension, password }: ExtensionAccount, userAgent: string, localIp = AT_DESK): Promise<SipPhone> {
    return SipPhone.open({ server: this.lab.sip, user: extension, password, userAgent, localIp });
  }

  /** Registers a phone there and leaves it registered. */
  async register(account: ExtensionAccount, userAgent: string): Promise<void> {
    await using phone = await this.phone(account, userAgent);
    const { status } = await phone.register({ expires: 3600 });
    if (status !== 200) throw new Error(`REGISTER of ${account.extension}: ${status}`);
  }

  async lock({ extension }: ExtensionAccount, alternative: Alternative): Promise<void> {
    await this.service.api.put(path('extensions', extension, 'policy'), { alternatives: [alternative] });
  }

  /** Resolves when memory has exactly these User-Agents at these extensions, with the milliseconds that took. */
  async knows(wanted: ReadonlyMap<string, string>): Promise<number> {
    const from = performance.now();
    await until('the service knows every registration', KNOWN_DEADLINE_MS, async () => {
      const { extensions } = await this.service.api.get<{ extensions: ListedExtension[] }>('/v1/extensions');
      const known = new Map(extensions.map(({ extension, contacts }) => [extension, contacts]));
      return [...wanted].every(([extension, userAgent]) => {
        const contacts = known.get(extension) ?? [];
        return contacts.length === 1 && contacts[0]?.userAgent === userAgent;
      });
    });
    return performance.now() - from;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.stop();
    await this.lab.stop();
  }
}

interface ListedExtension {
  readonly extension: string;
  readonly contacts: readonly { readonly userAgent: string | null }[];
}

async function equip(lab: Lab, accounts: readonly ExtensionAccount[]): Promise<void> {
  const etc = join(lab.home, 'etc');
  await mkdir(join(lab.home, 'bench'));
  for (const script of ['agi.sh', 'agi.pl', 'agi.php']) await copyScript(script, join(lab.home, 'bench'));
  await appendFile(join(etc, 'pjsip.conf'), benchPjsip(accounts));
  await appendFile(join(etc, 'extensions.conf'), benchExtensions(lab.instance.inside));
  // The lab writes every dialplan line it runs into a file, which no PBX does.
  const logger = await readFile(join(etc, 'logger.conf'), 'utf8');
  await writeFile(join(etc, 'logger.conf'), logger.replace(/^full.*$/m, ''));
  for (const command of ['logger reload', 'dialplan reload', 'module reload res_pjsip.so']) {
    await lab.rasterisk(command);
  }
  const last = accounts.at(-1)?.extension ?? '';
  await until('Asterisk has the extensions of the bench', LOADED_DEADLINE_MS, async () =>
    (await lab.rasterisk(`pjsip show endpoint ${last}`)).includes(`${last}-auth`),
  );
  await lab.rasterisk(`database put ${ASTDB.family} first ${ASTDB.first}`);
  await lab.rasterisk(`database put ${ASTDB.family} second ${ASTDB.second}`);
}

/** The PHP one is there only where its interpreter is. */
async function copyScript(name: string, to: string): Promise<void> {
  try {
    await copyFile(new URL(name, SCRIPTS), join(to, name));
    await chmod(join(to, name), 0o755);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
