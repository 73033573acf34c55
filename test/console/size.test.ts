/** The page stays small, and keeps everything in the box. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const BUILT = fileURLToPath(new URL('../../build/console/', import.meta.url));
const LARGEST = 150_000;

test('the whole page is under 150 kB compressed', async () => {
  const names = await readdir(BUILT, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => `${name.parentPath}/${name.name}`);
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(LARGEST);
});

test('its document holds no inline script or style and names no other host', async () => {
  const text = await readFile(`${BUILT}index.html`, 'utf8');
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:/);
});
