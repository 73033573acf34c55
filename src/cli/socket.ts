/** Finds the service's socket in the configuration, without reading any file of secrets. */
import { DEFAULT_PATH, loadValues } from '../config/config.ts';

/** @param path the configuration file; undefined is the default one */
export function socketOf(path: string = DEFAULT_PATH): string {
  return loadValues(path).api.socket;
}
