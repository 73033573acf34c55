/** One who asks over TCP, with or without a session: raw, so that any header can be said. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Rig } from '../rig.ts';

export const PASSWORD = 'correct horse battery';
const DEADLINE_MS = 10_000;

export interface Said {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is the test.
  readonly body: any;
}

/** Makes a user as the command does. @returns the console's address, which is open by then */
export async function addUser(
  rig: Rig,
  name: string,
  role: 'viewer' | 'operator' = 'operator',
): Promise<string> {
  const { body } = await rig.ask('POST', '/v1/users', { name, role, password: PASSWORD });
  if (typeof body.console?.url !== 'string')
    throw new Error(`the console is not open: ${JSON.stringify(body)}`);
  return body.console.url;
}

/** Resolves when the stream is cut off. */
export function cutOff(stream: IncomingMessage): Promise<void> {
  stream.on('error', () => undefined).resume();
  return new Promise((resolve) => stream.once('close', resolve));
}

export class Visitor {
  readonly url: string;
  /** Sent with everything. */
  headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.url = url;
    this.headers = headers;
  }

  /** Makes the user, and signs in as it. */
  static async signedIn(rig: Rig, user: string, role: 'viewer' | 'operator'): Promise<Visitor> {
    const visitor = new Visitor(await addUser(rig, user, role));
    const said = await visitor.signIn(user, PASSWORD);
    const cookie = said.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    visitor.headers = { cookie, 'x-device-lock-token': said.body.csrf };
    return visitor;
  }

  signIn(user: string, password: string): Promise<Said> {
    return this.ask('POST', '/v1/session', { user, password });
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Said> {
    const response = await this.open(method, path, body, headers);
    const said = await text(response);
    const isJson = response.headers['content-type']?.startsWith('application/json') === true;
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: said,
      body: isJson && said !== '' ? JSON.parse(said) : undefined,
    };
  }

  /** The answer's head; its body is still to come. */
  async open(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<IncomingMessage> {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const all = { ...type, ...this.headers, ...headers };
    const asked = request(new URL(path, this.url), { method, headers: all, timeout: DEADLINE_MS });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return response;
  }
}
