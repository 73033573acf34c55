/** The files an operator names: read with a limit, written whole or not at all. */
import { createReadStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { messageOf } from '../domain/message-of.ts';
import { CliError } from './failure.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/** `-` is standard input. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = messageOf(error);
    throw new CliError('malformed', `${path} is not JSON: ${why}`, 'Mend the file.', 1, { cause: error });
  }
}

/** Only its owner may read it; what was there before is there until the new one is whole. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, text, { mode: 0o600, flag: 'wx' });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw unusable(error, path, 'written');
  }
}

/** At most 8 MB; `-` is standard input. */
export async function readText(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > MAX_BYTES) break;
    }
  } catch (error) {
    throw unusable(error, path, 'read');
  }
  if (size > MAX_BYTES)
    throw new CliError('too-large', `${path} is larger than 8 MB.`, 'Is it the right file?');
  return Buffer.concat(chunks).toString('utf8');
}

function unusable(error: unknown, path: string, what: 'read' | 'written'): CliError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new CliError('file', `${path} cannot be ${what} (${code}).`, 'Name another file.', 1, {
    cause: error,
  });
}
