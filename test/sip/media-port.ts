/** The UDP port a session description names. It counts what arrives and drops it: nobody listens, nobody speaks. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { MediaAddress } from './sdp.ts';

export class MediaPort {
  readonly address: MediaAddress;
  readonly #socket: Socket;
  #packets = 0;
  #isOpen = true;

  private constructor(socket: Socket, ip: string) {
    this.#socket = socket;
    this.address = { ip, port: socket.address().port };
    socket.on('message', () => {
      this.#packets += 1;
    });
    socket.on('error', () => this.close());
  }

  static async open(ip: string): Promise<MediaPort> {
    const socket = createSocket('udp4');
    const bound = once(socket, 'listening');
    socket.bind(0, ip);
    await bound;
    return new MediaPort(socket, ip);
  }

  /** RTP packets so far: more than none means that something was to be heard. */
  get packets(): number {
    return this.#packets;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#socket.close();
  }
}
