/**
 * An HTTP server that speaks just enough of ARI for ari-client to connect to it, and misbehaves as it is told. It is
 * for faults only, which no real Asterisk shows on demand: what ARI means is tested against real ones.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export const USER = 'device-lock';
export const PASSWORD = 'pa55&%word';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const OPERATIONS: Readonly<Record<string, readonly [method: string, path: string, nickname: string][]>> = {
  asterisk: [['POST', '/asterisk/variable', 'setGlobalVar']],
  applications: [
    ['PUT', '/applications/{applicationName}/eventFilter', 'filter'],
    ['POST', '/applications/{applicationName}/subscription', 'subscribe'],
    ['DELETE', '/applications/{applicationName}/subscription', 'unsubscribe'],
  ],
  events: [],
  endpoints: [['GET', '/endpoints/{tech}', 'listByTech']],
};

export class FakeAri implements AsyncDisposable {
  readonly url: string;
  /** Answers first; where it returns false the fake's own answer follows. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** How many WebSockets were opened. */
  opened = 0;
  readonly #server: Server;
  readonly #connections: Set<Socket>;
  readonly #webSockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.#connections = new Set();
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.on('close', () => this.#connections.delete(socket));
      socket.on('error', () => undefined);
    });
    server.on('request', (request, response) => {
      if (!this.intercept(request, response)) this.#answer(request, response);
    });
    server.on('upgrade', (request, socket: Socket) => this.#upgrade(request, socket));
  }

  static async open(): Promise<FakeAri> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeAri(server);
  }

  /** Sends text to every open WebSocket. */
  say(text: string): void {
    for (const socket of this.#webSockets) socket.write(frame(0x1, Buffer.from(text)));
  }

  /** Cuts every WebSocket off without a word. */
  cut(): void {
    for (const socket of this.#webSockets) socket.destroy();
  }

  /** From now on no WebSocket is read: pings stay without an answer. */
  freeze(): void {
    for (const socket of this.#webSockets) socket.removeAllListeners('data').pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const basic = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
    if (request.headers.authorization !== `Basic ${basic}` && !request.url?.endsWith('resources.json')) {
      send(response, 401, { message: 'Authentication required' });
      return;
    }
    const [path = ''] = (request.url ?? '').split('?');
    const docs = /\/api-docs\/(\w+)\.json$/.exec(path)?.[1];
    if (docs !== undefined) send(response, 200, this.#docs(docs));
    else if (path.endsWith('/asterisk/info')) send(response, 200, { system: { version: '22.0.0-fake' } });
    else if (path.endsWith('/endpoints/PJSIP')) send(response, 200, []);
    else response.writeHead(204).end();
  }

  #docs(name: string): object {
    const basePath = `${this.url}/ari`;
    if (name === 'resources') {
      const apis = Object.keys(OPERATIONS).map((one) => ({ path: `/api-docs/${one}.{format}` }));
      return { apiVersion: '1', swaggerVersion: '1.1', basePath, apis };
    }
    const apis = (OPERATIONS[name] ?? []).map(([httpMethod, path, nickname]) => {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, one]) => one);
      const parameters = names.map((one) => ({ name: one, paramType: 'path', dataType: 'string' }));
      return { path, operations: [{ httpMethod, nickname, responseClass: 'void', parameters }] };
    });
    const models =
      name === 'events' ? { ContactStatusChange: { id: 'ContactStatusChange', properties: {} } } : {};
    return {
      apiVersion: '1',
      swaggerVersion: '1.1',
      basePath,
      resourcePath: `/api-docs/${name}.json`,
      apis,
      models,
    };
  }

  #upgrade(request: IncomingMessage, socket: Socket): void {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    this.opened += 1;
    this.#webSockets.add(socket);
    socket.on('close', () => this.#webSockets.delete(socket));
    // The only frames that come are pings and the close; an empty pong is taken for an answer.
    socket.on('data', () => socket.write(frame(0xa, Buffer.alloc(0))));
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function frame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length]), payload]);
}
