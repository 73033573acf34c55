/**
 * Asterisk's side of a FastAGI session, played on a real socket: it writes a header, hears what it is told until that
 * ends, replies as res_agi does, and closes. It can be made to misbehave at every step.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Answer } from '../../../src/gate/answer.ts';
import type { GateFault } from '../../../src/gate/fault.ts';
import { createGate, type Gate, type GateOptions } from '../../../src/gate/server.ts';

/** No wait in these tests is longer, in milliseconds. */
export const DEADLINE = 10_000;

/** The path's parts as the dialplan gives them for a desk phone that dials 1002. */
export const DESK_PHONE = {
  linkedId: '1795218947.32',
  endpoint: '1001',
  length: '28',
  userAgent: 'Yealink%20SIP-T46U%20108.86.0.20',
  address: '192.0.2.7%3A5060',
  callId: 'a3f1c2d4%40192.0.2.7',
  dialled: '1002',
  transferer: '',
  transfererAt: '',
  forwarder: '',
  forwarderAt: '',
};

export type QuestionParts = typeof DESK_PHONE;

/** The AGI URL's path without its first slash. */
export function script(parts: Partial<QuestionParts> = {}): string {
  return ['check', '1', ...Object.values({ ...DESK_PHONE, ...parts })].join('/');
}

/** A whole header as Asterisk 22 writes it. */
export function header(path = script(), channel = 'PJSIP/1001-0000002a'): string {
  const lines = [
    'agi_network: yes',
    `agi_network_script: ${path}`,
    `agi_request: agi://127.0.0.1:4580/${path}`,
    `agi_channel: ${channel}`,
    ...['agi_language: en', 'agi_type: PJSIP', 'agi_uniqueid: 1795218947.32', 'agi_version: 22.10.1'],
    ...['agi_callerid: 1001', 'agi_calleridname: Bob', 'agi_callingpres: 0', 'agi_callingani2: 0'],
    ...['agi_callington: 0', 'agi_callingtns: 0', 'agi_dnid: 1002', 'agi_rdnis: unknown'],
    ...['agi_context: gate', 'agi_extension: 1002', 'agi_priority: 3', 'agi_enhanced: 0.0'],
    ...['agi_accountcode: ', 'agi_threadid: 140147034175168'],
  ];
  return `${lines.join('\n')}\n\n`;
}

export const ACCEPTED = '200 result=1\nHANGUP\n';
export const ALLOW = 'SET VARIABLE DEVICELOCK_VERDICT "allow"\n';

/**
 * One session. Resolves with everything the server said once the socket is closed, whoever closed it and however.
 * @param says what is written, piece by piece, each one read by the server before the next is written
 * @param reply what is said to the answer before closing
 */
export async function call(
  port: number,
  says: string | readonly (string | Uint8Array)[] = header(),
  reply: string | readonly string[] = ACCEPTED,
): Promise<string> {
  const socket = await open(port);
  const heard = hear(socket);
  for (const piece of typeof says === 'string' ? [says] : says) await say(socket, piece);
  await ended(socket);
  for (const piece of typeof reply === 'string' ? [reply] : reply) await say(socket, piece);
  await closed(socket);
  return heard();
}

export async function open(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  socket.resume();
  await once(socket, 'connect', { signal: AbortSignal.timeout(DEADLINE) });
  return socket;
}

/** Starts to collect; call the result for what came so far. */
export function hear(socket: Socket): () => string {
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  return () => heard;
}

/** Writes, and lets the server have its turn. */
export async function say(socket: Socket, piece: string | Uint8Array): Promise<void> {
  if (socket.writable) socket.write(piece);
  await turn();
  await turn();
}

/** One turn of the event loop, which the server under test shares. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The other side will say no more, be it by a reset. */
export function ended(socket: Socket): Promise<void> {
  return happened(socket, ['end', 'close'], () => socket.readableEnded || socket.closed);
}

/** The other side has ended, so this one does too. */
export async function closed(socket: Socket): Promise<void> {
  await ended(socket);
  socket.end();
  await happened(socket, ['close'], () => socket.closed);
}

function happened(socket: Socket, events: readonly string[], already: () => boolean): Promise<void> {
  if (already()) return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`no ${events.join(' or ')} within ${DEADLINE} ms`)),
    DEADLINE,
  );
  for (const event of events) socket.once(event, () => resolve());
  return promise.finally(() => clearTimeout(timer));
}

/** Waits for a condition, a turn at a time. */
export async function until(condition: () => boolean): Promise<void> {
  const late = performance.now() + DEADLINE;
  while (!condition()) {
    if (performance.now() > late) throw new Error(`not within ${DEADLINE} ms: ${condition}`);
    await turn();
  }
}

export interface TestGate extends AsyncDisposable {
  readonly gate: Gate;
  readonly port: number;
  readonly faults: GateFault[];
  /** The codes of the faults so far. */
  codes(): string[];
}

/** A gate on a free port that allows everything, unless told otherwise. */
export async function startGate(options: Partial<GateOptions> = {}): Promise<TestGate> {
  const faults: GateFault[] = [];
  const allow = (): Answer => ({ kind: 'allow' });
  const gate = createGate({ port: 0, decide: allow, onFault: (fault) => faults.push(fault), ...options });
  const { port } = await gate.listen();
  return {
    gate,
    port,
    faults,
    codes: () => faults.map(({ code }) => code),
    [Symbol.asyncDispose]: () => gate.close(),
  };
}
