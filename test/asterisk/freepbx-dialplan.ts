/**
 * The lab's dialplan as a FreePBX with the module would have written it: the module's PHP splices the gate in, and the
 * files are included in FreePBX's order.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AsteriskVersion, PhpVersion } from '../lab/cache.ts';
import type { Dialplan } from '../lab/configuration.ts';
import { extensionsConf } from '../lab/etc/dialplan.ts';
import type { Php } from '../lab/php.ts';

/** FreePBX 16 runs Asterisk 16 and PHP 7.4; 17 has Asterisk 22 and PHP 8.2. */
export const PHP_OF: Readonly<Record<AsteriskVersion, PhpVersion>> = { '16': '7.4', '22': '8.2' };

/** The file of an administrator that FreePBX never writes, and that is read before what it writes. */
export const OVERRIDE = 'extensions_override_freepbx.conf';

const ROUTES = join(import.meta.dirname, '../freepbx/routes.conf');
const MAIN = `#include ${OVERRIDE}
#include extensions_additional.conf
#include extensions_custom.conf
`;

/** @param emergencyNumbers as the service's configuration would have them */
export function freepbxDialplan(php: Php, emergencyNumbers: readonly string[]): Dialplan {
  return async (instance) => {
    const { host, port } = instance.agi;
    const input = {
      dialplan: await extensionsConf(instance, await readFile(ROUTES, 'utf8')),
      body: {
        ...{ gate: `${host}:${port}`, emergencyNumbers },
        ...{ whenUnavailable: 'allow', refusal: 'plain' },
      },
    };
    const said = await php.feed('test/freepbx/render.php', JSON.stringify(input));
    const { conf, problems } = JSON.parse(said) as { readonly conf: string; readonly problems: string[] };
    if (problems.length > 0) throw new Error(`the module could not splice: ${problems.join('; ')}`);
    return {
      'extensions.conf': MAIN,
      'extensions_additional.conf': conf,
      'extensions_custom.conf': '',
      [OVERRIDE]: '',
    };
  };
}
