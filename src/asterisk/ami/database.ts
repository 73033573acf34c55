/**
 * AstDB over AMI. Reads a family whole by DBGetTree, which Asterisk 16.28 and 22 have, and on an older one by the
 * console's `database show`, whose columns it takes apart; that needs the `command` right, nothing else does.
 */
import { AsteriskError } from '../port.ts';
import { isRefusal } from './refusal.ts';
import type { AmiRequests } from './requests.ts';

/** Family and key together, in bytes: Asterisk 16 keeps 256 for `/family/key` and its end. */
const MAX_PATH_BYTES = 253;
const PRINTABLE = /^[\x20-\x7e]*$/;
/** A family that the console reads as one word. */
const CONSOLE_WORD = /^[A-Za-z0-9_./-]+$/;
/** The console pads keys to this width. */
const KEY_WIDTH = 50;

export class AmiDatabase {
  readonly #client: AmiRequests;

  constructor(client: AmiRequests) {
    this.#client = client;
  }

  async put(family: string, key: string, value: string): Promise<void> {
    checkPath(family, key);
    if (!PRINTABLE.test(value)) throw new AsteriskError('malformed', 'an AstDB value is not printable ASCII');
    await this.#client.request('DBPut', [
      ['Family', family],
      ['Key', key],
      ['Val', value],
    ]);
  }

  /** Text that Asterisk itself wrote there, UTF-8 included, exactly as it was. */
  async putBack(family: string, key: string, value: string): Promise<void> {
    checkPath(family, key);
    await this.#client.request('DBPut', [
      ['Family', family],
      ['Key', key],
      ['Val', value],
    ]);
  }

  /** What is not there is deleted already. */
  async delete(family: string, key: string): Promise<void> {
    checkPath(family, key);
    try {
      await this.#client.request('DBDel', [
        ['Family', family],
        ['Key', key],
      ]);
    } catch (error) {
      // Asterisk gives a missing key and a failed delete the same answer.
      if (!isRefusal(error, /could not be deleted/i) || (await this.get(family, key)) !== undefined)
        throw error;
    }
  }

  /** Undefined where there is none. Asterisk 16 answers the first 255 bytes. */
  async get(family: string, key: string): Promise<string | undefined> {
    checkPath(family, key);
    try {
      const [entry] = await this.#client.list('DBGet', [
        ['Family', family],
        ['Key', key],
      ]);
      return entry?.text('Val') ?? '';
    } catch (error) {
      if (isRefusal(error, /entry not found/i)) return undefined;
      throw error;
    }
  }

  /** The same, however long it is. It costs Asterisk a look at all of AstDB. */
  async getWhole(family: string, key: string): Promise<string | undefined> {
    checkPath(family, key);
    const path = `/${family}/${key}`;
    const events = await this.#client.list('DBGetTree', [
      ['Family', family],
      ['Key', key],
    ]);
    return events.find((event) => event.text('Key') === path)?.text('Val');
  }

  /** @see Asterisk.databaseTree */
  async tree(family: string): Promise<Map<string, string>> {
    const tree = new Map<string, string>();
    await this.each(family, (key, value) => tree.set(key, value));
    return tree;
  }

  /** The same, entry by entry as they come. @param take must be quick */
  async each(family: string, take: (key: string, value: string) => void): Promise<void> {
    checkPath(family, '');
    // SQL's LIKE chose them: in any case, and with `_` and `%` for anything.
    const prefix = `/${family}/`;
    await this.#readTree(family, (path, value) => {
      if (path.startsWith(prefix)) take(path.slice(prefix.length), value);
    });
  }

  async #readTree(family: string, take: (path: string, value: string) => void): Promise<void> {
    try {
      await this.#client.list('DBGetTree', [['Family', family]], (event) =>
        take(event.text('Key') ?? '', event.text('Val') ?? ''),
      );
      return;
    } catch (error) {
      if (!isRefusal(error, /unknown command/i)) throw error;
    }
    if (!CONSOLE_WORD.test(family)) {
      throw new AsteriskError('malformed', 'this AstDB family cannot be named on the console');
    }
    const reply = await this.#client.request('Command', [['Command', `database show ${family}`]]);
    for (const [path, value] of parseDatabaseShow(reply.all('Output'))) take(path, value);
  }
}

/**
 * Takes apart `/family/key          : value     `. The key is padded to 50 bytes; where it is longer, the first colon
 * after them ends it. The value is padded too, so blanks at its end are lost.
 */
export function parseDatabaseShow(lines: readonly Buffer[]): [path: string, value: string][] {
  return lines.flatMap((line) => {
    const colon = line.indexOf(': ', KEY_WIDTH);
    if (colon === -1 || !line.toString('latin1', 0, 1).startsWith('/')) return [];
    const path = line.toString('utf8', 0, colon).trimEnd();
    return [[path, line.toString('utf8', colon + 2).trimEnd()]];
  });
}

function checkPath(family: string, key: string): void {
  if (family === '' || Buffer.byteLength(`${family}${key}`) > MAX_PATH_BYTES) {
    throw new AsteriskError('malformed', 'an AstDB family and key are empty or too long');
  }
}
