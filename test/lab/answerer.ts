/**
 * A FastAGI server that answers the gate's question with whatever a test says, or not at all. It knows nothing of locks;
 * it keeps every question as it came, decoded to bytes.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { HostPort } from './instance.ts';

/** A verdict as the service would give it, or a way of being broken. */
export type Behaviour =
  | { readonly verdict: string }
  /** Accepts and says nothing. */
  | 'silent'
  /** Closes at accept. */
  | 'closed'
  /** Sends what is no AGI. */
  | 'garbage';

export interface Question {
  /** The whole path of the AGI URL, split at its slashes, still encoded. */
  readonly parts: readonly string[];
  readonly linkedId: string;
  readonly endpoint: string;
  /** What the dialplan says the User-Agent's length is. */
  readonly agentLength: string;
  readonly agent: Buffer;
  readonly address: string;
  readonly callId: Buffer;
  readonly dialled: string;
  readonly transferer: string;
  readonly transfererAt: string;
  readonly forwarder: string;
  readonly forwarderAt: string;
}

export class Answerer implements AsyncDisposable {
  behaviour: Behaviour = { verdict: 'allow' };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #questions: Question[] = [];

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async listen({ host, port }: HostPort): Promise<Answerer> {
    const answerer = new Answerer();
    answerer.#server.listen(port, host);
    await once(answerer.#server, 'listening');
    return answerer;
  }

  /** The questions since the last time, oldest first. */
  take(): Question[] {
    const questions = this.#questions;
    this.#questions = [];
    return questions;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Asterisk resets what it gave up on; there is nothing to be done about it.
    socket.on('error', () => socket.destroy());
    if (this.behaviour === 'closed') {
      socket.destroy();
      return;
    }
    let text = '';
    let asked = false;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (asked && text.includes('200 result=')) socket.end();
      if (asked || !text.includes('\n\n')) return;
      asked = true;
      this.#questions.push(readQuestion(text));
      text = '';
      this.#answer(socket);
    });
  }

  #answer(socket: Socket): void {
    const { behaviour } = this;
    if (behaviour === 'garbage') socket.write('what was that?\n');
    if (typeof behaviour === 'object') {
      socket.write(`SET VARIABLE DEVICELOCK_VERDICT "${behaviour.verdict}"\n`);
    }
  }
}

function readQuestion(header: string): Question {
  const path = /^agi_network_script: (.*)$/m.exec(header)?.[1] ?? '';
  const parts = path.split('/');
  const text = (index: number) => decode(parts[index] ?? '').toString('latin1');
  return {
    parts,
    linkedId: text(2),
    endpoint: text(3),
    agentLength: parts[4] ?? '',
    agent: decode(parts[5] ?? ''),
    address: text(6),
    callId: decode(parts[7] ?? ''),
    dialled: text(8),
    transferer: text(9),
    transfererAt: text(10),
    forwarder: text(11),
    forwarderAt: text(12),
  };
}

function decode(text: string): Buffer {
  const bytes = text.replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}
