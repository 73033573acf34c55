/**
 * Prints the folders below node_modules that run in production, one a line, from package-lock.json: what only tests and
 * checks need is left out, and so is the other processor's Node. Its one argument is the processor, x64 or arm64.
 */
import { readFileSync } from 'node:fs';

const [, , arch = process.arch] = process.argv;
const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
for (const [folder, entry] of Object.entries(lock.packages)) {
  if (folder === '' || entry.dev || entry.devOptional) continue;
  if (entry.cpu !== undefined && !entry.cpu.includes(arch)) continue;
  process.stdout.write(`${folder}\n`);
}
