/** What the store's tests share: folders that vanish, stores that are closed, a logger that remembers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openStore, type StoreOptions } from '../../../src/store/client.ts';
import type { Store } from '../../../src/store/store.ts';

const folders: string[] = [];
const stores: Store[] = [];

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'device-lock-store-'));
  folders.push(folder);
  return folder;
}

export function temporaryPath(): string {
  return join(temporaryFolder(), 'device-lock.db');
}

export type Logged = { readonly level: 'info' | 'warn' | 'error'; readonly message: string };

export function rememberingLogger(): { logger: StoreOptions['logger']; logged: Logged[] } {
  const logged: Logged[] = [];
  const at =
    (level: Logged['level']) =>
    (first: unknown, second?: unknown): void => {
      logged.push({ level, message: String(typeof first === 'string' ? first : second) });
    };
  return { logger: { info: at('info'), warn: at('warn'), error: at('error') }, logged };
}

/** Opens a store that is closed after the test. */
export async function open(path: string, options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({ path, logger: rememberingLogger().logger, ...options });
  stores.push(store);
  return store;
}

/** Waits until `holds` is true, looking every 20 ms; throws at the deadline. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadline = 10_000,
): Promise<void> {
  const end = performance.now() + deadline;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not within ${deadline} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
