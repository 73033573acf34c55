/** Writes the configuration of one instance below its `home`, from the templates of `etc/`. It starts nothing. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asteriskConf, cdrConf, EMPTY_FILES, FOLDERS, loggerConf, modulesConf, rtpConf } from './etc/core.ts';
import { extensionsConf } from './etc/dialplan.ts';
import { ariConf, httpConf, managerConf } from './etc/manager.ts';
import { pjsipConf } from './etc/pjsip.ts';
import type { Instance } from './instance.ts';

const GATE = join(import.meta.dirname, '../../dialplan/device-lock.conf');

/** The one file Asterisk is started with, as it sees it. */
export function mainFileOf({ inside }: Instance): string {
  return `${inside}/etc/asterisk.conf`;
}

/** The files of a dialplan by name, `extensions.conf` among them. */
export type Dialplan = (instance: Instance) => Promise<Readonly<Record<string, string>>>;

const ownDialplan: Dialplan = async (instance) => ({ 'extensions.conf': await extensionsConf(instance) });

/** @throws where the instance's folder exists already: a name belongs to one instance */
export async function writeConfiguration(instance: Instance, dialplan = ownDialplan): Promise<void> {
  await mkdir(join(instance.root, 'lab'), { recursive: true });
  await mkdir(instance.home, { mode: 0o700 });
  for (const folder of FOLDERS) await mkdir(join(instance.home, folder), { recursive: true });
  const files: Record<string, string> = {
    'asterisk.conf': asteriskConf(instance),
    'modules.conf': modulesConf(),
    'logger.conf': loggerConf(),
    'cdr.conf': cdrConf(),
    'rtp.conf': rtpConf(),
    'manager.conf': managerConf(instance),
    'http.conf': httpConf(instance),
    'ari.conf': ariConf(instance),
    'pjsip.conf': pjsipConf(instance),
    ...(await dialplan(instance)),
  };
  for (const name of EMPTY_FILES) files[name] = '';
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(instance.home, 'etc', name), text, { mode: 0o600 });
  }
  await copyFile(GATE, join(instance.home, 'etc', 'device-lock.conf'));
}
