/**
 * The console's page, as it was built: read once, compressed once, kept in memory. What is served is a fixed list of paths;
 * nothing of a request ever names a file.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** Its name has the digest of what is in it. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const NOT_BUILT =
  '<!doctype html><title>Device Lock</title><p>The page is not built here: run scripts/console-build, then restart the service. The API answers all the same.';

interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  readonly caching: string;
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

export type Page = readonly PageFile[];

/** @param folder where the page was built; one that says so where it was not */
export async function readPage(folder: string): Promise<Page> {
  let index: Buffer;
  try {
    index = await readFile(join(folder, 'index.html'));
  } catch {
    return [await fileOf('/', '.html', Buffer.from(NOT_BUILT), 'no-store')];
  }
  const names = await readdir(join(folder, 'assets'));
  const assets = names
    .filter((name) => extname(name) in TYPES)
    .map(async (name) =>
      fileOf(`/assets/${name}`, extname(name), await readFile(join(folder, 'assets', name)), FOR_EVER),
    );
  return [await fileOf('/', '.html', index, 'no-cache'), ...(await Promise.all(assets))];
}

export function pageRoutes(app: FastifyInstance, page: Page): void {
  for (const file of page) {
    app.get(file.path, { config: { isOpen: true } }, (request, reply) => send(file, request, reply));
  }
}

function send(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({ 'cache-control': file.caching, etag: file.etag, vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  reply.type(file.type);
  const accepted = String(request.headers['accept-encoding'] ?? '').split(/\s*,\s*/);
  for (const encoding of ['br', 'gzip'] as const) {
    if (accepted.includes(encoding)) return reply.header('content-encoding', encoding).send(file[encoding]);
  }
  return reply.send(file.plain);
}

async function fileOf(path: string, extension: string, plain: Buffer, caching: string): Promise<PageFile> {
  const [br, zipped] = await Promise.all([promisify(brotliCompress)(plain), promisify(gzip)(plain)]);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`;
  return {
    path,
    type: TYPES[extension] ?? 'application/octet-stream',
    etag,
    caching,
    plain,
    br,
    gzip: zipped,
  };
}
