/** Finds the service's socket in the configuration, without reading any secret. */
import { readFileSync } from 'node:fs';
import { DEFAULT_PATH, readConfig } from '../config/config.ts';
import { CliError } from './failure.ts';

/** @param path the configuration file; undefined is the default one */
export function socketOf(path: string = DEFAULT_PATH): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    const hint =
      code === 'ENOENT'
        ? 'Name another file with --config or DEVICE_LOCK_CONFIG.'
        : 'Use sudo, or run as the user of the service.';
    throw new CliError('config', `The configuration ${path} cannot be read (${code}).`, hint, 1, {
      cause: error,
    });
  }
  return readConfig(text, path).api.socket;
}
