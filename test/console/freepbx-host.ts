/**
 * FreePBX's web server as far as the module's page meets it: its admin frame around what the module's own PHP gives, its
 * AJAX handler in front of the module's, and the module's assets as files. One administrator is logged in.
 */
import { once } from 'node:events';
import { cp, link, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { Php } from '../lab/php.ts';
import { makeRig, type Rig } from '../unit/api/rig.ts';
import { BUILT } from './house.ts';

const ASSETS = '/admin/assets/devicelock/console/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};
/** The colours and the bar of FreePBX's frame; its styles are global, and must not reach the page in it. */
const STYLE = `* { box-sizing: border-box } body { margin: 0; font: 14px "Open Sans", sans-serif; background: #fff; color: #000 }
.bar { background: #f4f4f4; border-bottom: 3px solid #5e9c7d; padding: 1rem } .row { margin: 0 -15px; color: red }
.badge { background: #777; color: red } table { border: 9px solid red } .fluid { padding: 15px }`;

export interface FreepbxHost extends AsyncDisposable {
  readonly url: string;
  readonly rig: Rig;
}

export async function openFreepbx(): Promise<FreepbxHost> {
  const php = await Php.open('8.2');
  const rig = await makeRig();
  rig.table.setExtensions(
    new Map([
      ['1001', 'Reception'],
      ['1002', 'Workshop'],
      ['1003', 'Management'],
    ]),
  );
  await link(rig.socket, php.outside('api.sock'));
  await writeFile(php.outside('module.ini'), `socket = ${php.inside('api.sock')}\n`);
  await cp(BUILT, php.outside('dialplan/freepbx/devicelock/assets/console'), { recursive: true });
  let session: object = {};
  const run = async (what: string, more: object = {}) => {
    const asked = { what, config: php.inside('module.ini'), sections: ['devicelock'], session, ...more };
    const ran = JSON.parse(await php.feed('test/freepbx/drive.php', JSON.stringify(asked)));
    session = ran.session;
    return ran.result;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', 'http://freepbx');
    if (pathname === '/admin/config.php') {
      const page = framed(await run('page'));
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    } else if (pathname === '/admin/ajax.php') {
      const post = Object.fromEntries(new URLSearchParams(await text(request)));
      const said = await run('ajax', { method: request.method, post });
      response.writeHead(200, { 'content-type': 'text/json' }).end(JSON.stringify(said));
    } else if (pathname.startsWith(ASSETS)) {
      const file = join(BUILT, normalize(`/${pathname.slice(ASSETS.length)}`));
      response
        .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' })
        .end(await readFile(file));
    } else response.writeHead(404).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    rig,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/admin/config.php?display=devicelock`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rig[Symbol.asyncDispose]();
      await php[Symbol.asyncDispose]();
    },
  };
}

function framed(content: string): string {
  return `<!doctype html><html lang="en"><head><title>FreePBX Administration</title><style>${STYLE}</style></head>
<body><div class="bar"><strong>FreePBX</strong> Admin · Applications · Connectivity · Reports · Settings</div>
<main class="fluid">${content}</main></body></html>`;
}
