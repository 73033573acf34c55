/**
 * The dialplan of `extensions.conf`, in the words of one Asterisk: 16 reaches subroutines by Macro, one inside the
 * other, as FreePBX 16 does; 22 by Gosub, as FreePBX 17 does.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AsteriskVersion } from '../cache.ts';
import type { Instance } from '../instance.ts';

const TEMPLATE = join(import.meta.dirname, 'extensions.conf');

interface Words {
  readonly call: (name: string, args: string) => string;
  readonly end: string;
}

const WORDS: Readonly<Record<AsteriskVersion, Words>> = {
  '16': { call: (name, args) => `Macro(${name},${args})`, end: 'NoOp(a macro falls off its end)' },
  '22': { call: (name, args) => `Gosub(macro-${name},s,1(${args}))`, end: 'Return()' },
};

/** @param further contexts in the template's words, besides its own */
export async function extensionsConf({ version, agi }: Instance, further = ''): Promise<string> {
  const { call, end } = WORDS[version];
  return `${await readFile(TEMPLATE, 'utf8')}\n${further}`
    .replaceAll('@GATE@', `${agi.host}:${agi.port}`)
    .replaceAll(/(?<=,)CALL\(([\w-]+),?(.*)\)$/gm, (_, name: string, args: string) => call(name, args))
    .replaceAll(/(?<=,|\))END$/gm, end);
}
