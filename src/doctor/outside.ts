/** What the doctor can tell while the service does not run: the ground it would stand on. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Config, ConfigError, DEFAULT_PATH, loadConfig } from '../config/config.ts';
import { examineConfig, examineNode } from './examine-process.ts';
import { broken, type Finding, ok, skipped } from './finding.ts';

/** @param down how it was found not to run */
export async function examineFromOutside(
  configPath: string | undefined,
  down: { readonly message: string; readonly hint: string },
): Promise<Finding[]> {
  const path = configPath ?? DEFAULT_PATH;
  const config = load(path);
  return [
    broken('service', down.message, down.hint),
    examineNode(process.version),
    ...('check' in config
      ? [config]
      : [
          examineConfig(path, statSync(path).mode & 0o777),
          examineFolder('database', dirname(config.store.path)),
          ...(config.log.path === '-' ? [] : [examineFolder('log', dirname(config.log.path))]),
        ]),
    skipped('asterisk', 'Only the running service can tell.'),
    skipped('gate', 'Only the running service can tell.'),
  ];
}

function load(path: string): Config | Finding {
  try {
    return loadConfig(path);
  } catch (error) {
    if (error instanceof ConfigError) return broken('config', error.message, error.hint);
    throw error;
  }
}

function examineFolder(check: string, folder: string): Finding {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return ok(check, `You may write in ${folder}.`);
  } catch {
    return broken(
      check,
      `You may not write in ${folder}.`,
      'Make it, and give it to the user of the service.',
    );
  }
}
