/** What the configuration says of the console, and where its page lies. */
import { fileURLToPath } from 'node:url';
import type { ConsoleOptions } from '../api/tcp/door.ts';
import type { Config } from '../config/config.ts';

const PAGE = fileURLToPath(new URL('../../build/console/', import.meta.url));

export function consoleOptions({ listen, names, ...keys }: Config['console']): ConsoleOptions {
  return { listen, names, tlsCert: keys['tls-cert'], tlsKey: keys['tls-key'], page: PAGE };
}
