/**
 * AstDB over ARI: keys are listed by a dialplan function, deletions are a function too, values are read and written by
 * the dialplan on an errand. Writes that come together share one errand and are made in their order.
 */
import { createHash } from 'node:crypto';
import { AsteriskError } from '../port.ts';
import { runErrand } from './errand.ts';
import { checkValue, databasePath, isPath } from './names.ts';
import { type ReadFunction, readAll, readFunction, withReader } from './reader.ts';
import type { AriSession } from './session.ts';

/** Entries an errand; Asterisk takes bodies of 40 kB. */
const PUTS = 12;
const GETS = 40;
const MAX_DEPTH = 8;
const MAX_QUEUED = 20_000;

interface Put {
  readonly path: string;
  readonly value: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class AriDatabase {
  readonly #session: AriSession;
  readonly #queue: Put[] = [];
  #isWriting = false;

  constructor(session: AriSession) {
    this.#session = session;
  }

  /** @see Asterisk.databasePut */
  put(family: string, key: string, value: string): Promise<void> {
    const path = databasePath(family, key);
    checkValue(value);
    if (!this.#session.isUp || this.#queue.length >= MAX_QUEUED) {
      throw new AsteriskError('disconnected', 'AstDB was not written: ARI is not connected, or far behind');
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ path, value, resolve, reject });
      // What else comes in this turn shares the errand.
      setImmediate(() => void this.#write());
    });
  }

  /** What is not there is deleted already. */
  async delete(family: string, key: string): Promise<void> {
    const variable = `DB_DELETE(${databasePath(family, key)})`;
    await this.#session.call('asterisk', 'setGlobalVar', { variable, value: '' });
  }

  /** @see Asterisk.databaseTree */
  async tree(family: string): Promise<Map<string, string>> {
    databasePath(family, 'x');
    const keys = await withReader(this.#session, (read) => leavesBelow(read, family));
    const tree = new Map<string, string>();
    for (let start = 0; start < keys.length; start += GETS) {
      const batch = keys.slice(start, start + GETS);
      const values = await this.#read(batch.map((key) => `${family}/${key}`));
      batch.forEach((key, index) => {
        tree.set(key, values[index] ?? '');
      });
    }
    return tree;
  }

  /** The names one level below: `DEVICE` → `1001`, `1002`. */
  async names(family: string): Promise<string[]> {
    return withReader(this.#session, async (read) => splitKeys(await read(`DB_KEYS(${family})`)));
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    for (let batch = this.#queue.splice(0, PUTS); batch.length > 0; batch = this.#queue.splice(0, PUTS)) {
      try {
        const wrong = await this.#writeBatch(batch);
        batch.forEach(({ resolve, reject }, index) => {
          if (wrong.has(index + 1))
            reject(new AsteriskError('refused', 'AstDB does not have what was written'));
          else resolve();
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWriting = false;
  }

  /** @returns the numbers, from 1, of those that AstDB does not have as they were written */
  async #writeBatch(batch: readonly Put[]): Promise<Set<number>> {
    const variables: Record<string, string> = { DEVICELOCK_COUNT: String(batch.length) };
    batch.forEach(({ path, value }, index) => {
      variables[`DEVICELOCK_KEY_${index + 1}`] = path;
      variables[`DEVICELOCK_VALUE_${index + 1}`] = value;
      variables[`DEVICELOCK_SUM_${index + 1}`] = createHash('md5').update(`=${value}`).digest('hex');
    });
    const [wrong = ''] = await runErrand(this.#session, 'put', variables, async (_, args) => args);
    return new Set(wrong.split('.').map(Number));
  }

  async #read(paths: readonly string[]): Promise<string[]> {
    const variables: Record<string, string> = { DEVICELOCK_COUNT: String(paths.length) };
    paths.forEach((path, index) => {
      variables[`DEVICELOCK_KEY_${index + 1}`] = path;
    });
    const results = paths.map((_, index) => `\${DEVICELOCK_VALUE_${index + 1}}`);
    const text = await runErrand(this.#session, 'get', variables, (channelId) =>
      readFunction(this.#session, channelId, `EVAL(${results.join(',')},)`),
    );
    return text.split(',').map((one) => Buffer.from(one, 'base64').toString());
  }
}

/** Every key below the family that has a value. Keys that Device Lock would not write are left out. */
async function leavesBelow(read: ReadFunction, family: string): Promise<string[]> {
  const leaves: string[] = [];
  let level = [''];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const answers = await readAll(
      read,
      level.map((key) => `DB_KEYS(${family}${key})`),
    );
    const below = answers.map((answer) => splitKeys(answer));
    // Nothing below: it is a key. An empty name first: it is a key and has keys below.
    leaves.push(...level.filter((key, index) => key !== '' && (below[index]?.[0] ?? '') === ''));
    level = level.flatMap((key, index) => (below[index] ?? []).map((name) => `${key}/${name}`));
    level = level.filter((key) => isPath(`${family}${key}`));
  }
  return leaves.map((key) => key.slice(1));
}

/** DB_KEYS separates by commas and escapes those within. */
export function splitKeys(answer: string): string[] {
  return answer === '' ? [] : answer.split(/(?<!\\),/).map((name) => name.replaceAll('\\,', ','));
}
