/**
 * Asks the gate as Asterisk would, over a connection of its own, about an endpoint that is no extension: nothing is
 * recorded. It speaks just enough FastAGI for that.
 */
import { connect } from 'node:net';
import type { GateAnswer } from './facts.ts';

/** No extension can be called so: names begin with a letter or digit. */
const NOBODY = '-device-lock-doctor';
const MAX_BYTES = 16 * 1024;
const VERDICT = /^SET VARIABLE "?DEVICELOCK_VERDICT"? "?([a-z:-]{1,80})"?/m;

/** Rejects where the gate cannot be reached, gives no verdict, or is silent for `deadline` milliseconds. */
export function askGate(host: string, port: number, deadline: number): Promise<GateAnswer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connect({ host: reachable(host), port, noDelay: true });
    let heard = '';
    let answered = 0;
    const timer = setTimeout(() => socket.destroy(new Error(`silent for ${deadline} ms`)), deadline);
    socket.setEncoding('latin1');
    socket.once('connect', () => socket.write(question(host, port)));
    socket.on('data', (chunk: string) => {
      heard += chunk;
      if (heard.length > MAX_BYTES) socket.destroy(new Error('it talks without end'));
      for (const lines = heard.split('\n').length - 1; answered < lines; answered++)
        socket.write('200 result=1\n');
    });
    socket.once('end', () => socket.end());
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      const verdict = VERDICT.exec(heard)?.[1];
      if (verdict === undefined) reject(new Error('it closed the connection without a verdict'));
      else resolve({ verdict, ms: performance.now() - started });
    });
  });
}

/** A server that listens everywhere is asked on the loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** The question stands in the script's path; nothing below the channel is read. */
function question(host: string, port: number): string {
  const id = `doctor-${process.pid}`;
  const parts = [id, NOBODY, '6', 'doctor', '127.0.0.1%3A5060', id, '', '', '', '', ''];
  const script = `check/1/${parts.join('/')}`;
  const lines = [
    'agi_network: yes',
    `agi_network_script: ${script}`,
    `agi_request: agi://${host}:${port}/${script}`,
    'agi_channel: DeviceLock/doctor',
    `agi_uniqueid: ${id}`,
  ];
  return `${lines.join('\n')}\n\n`;
}
