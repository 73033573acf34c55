/** Builds every root that the tests need and that is missing, one after the other. Who needs one meanwhile waits for it. */
import { mariadbRoot, PHP_SUITES, type PhpVersion, phpRootOf, SUITES } from './cache.ts';
import { MARIADB_PACKAGES } from './mariadb.ts';
import { PHP_PACKAGES } from './php.ts';
import { buildRoot, ensureRoot } from './root.ts';

for (const version of Object.keys(SUITES) as (keyof typeof SUITES)[]) await ensureRoot(version);
for (const version of Object.keys(PHP_SUITES) as PhpVersion[]) {
  await buildRoot(phpRootOf(version), PHP_SUITES[version], PHP_PACKAGES);
}
await buildRoot(mariadbRoot(), 'bookworm', MARIADB_PACKAGES);
