/**
 * A process that listens on a port and was stopped (SIGSTOP), as a service that hangs is: the kernel still accepts
 * connections for it until its queue is full.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { execPath } from 'node:process';
import type { HostPort } from './instance.ts';
import { until } from './until.ts';

export interface StoppedListener {
  /** Ends the process and frees the port. */
  close(): Promise<void>;
}

/** @param waiting connections that fill its queue before it is asked */
export async function stoppedListener({ host, port }: HostPort, waiting: number): Promise<StoppedListener> {
  const program = `require('node:net').createServer(() => {}).listen({ host: '${host}', port: ${port}, backlog: ${waiting === 0 ? 128 : 1} }, () => console.log('up'))`;
  const child: ChildProcess = spawn(execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout !== null) await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const sockets: Socket[] = [];
  for (let i = 0; i < waiting; i++) sockets.push(createConnection({ host, port }).on('error', () => {}));
  if (waiting > 0) {
    await until(
      'its queue is full',
      5_000,
      () => sockets.some((socket) => socket.connecting) && sockets.some((socket) => !socket.connecting),
    );
  }
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
