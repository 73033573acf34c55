/**
 * The only place where ari-client is loaded: a thread of its own, because the library throws where no promise and no
 * caller can catch it. Such a throw ends this thread, never the process; whoever started it starts another. It decides
 * nothing: it makes the calls it is told, hands on the events that are wanted, and says when the WebSocket is gone.
 */
import type { EventEmitter } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../domain/message-of.ts';
import { EVENT_TYPES, type FromLibrary, type LibrarySettings, type ToLibrary } from './thread-messages.ts';

type Operation = (parameters: Record<string, unknown>) => PromiseLike<unknown>;

/** As far as it is used; the library's own types name every operation but not the socket. */
interface LibraryClient extends EventEmitter {
  start(application: string): PromiseLike<void>;
  ping(): void;
  readonly _ws: EventEmitter;
  readonly [resource: string]: unknown;
}

const WANTED: ReadonlySet<string> = new Set(EVENT_TYPES);

const port = parentPort;
if (port === null) throw new Error('library-thread.ts runs as a thread only');
const say = (message: FromLibrary) => port.postMessage(message);

const { url, user, password, application } = workerData as LibrarySettings;
const { connect } = await import('ari-client');
const client = (await connect(url, user, password)) as unknown as LibraryClient;
// The library would reconnect ten times and then give up without a word.
client.on('WebSocketReconnecting', (error: unknown) =>
  say({ kind: 'lost', why: wordsOf(error ?? 'Asterisk closed it') }),
);
await client.start(application);
guard(client._ws);
for (const type of EVENT_TYPES) client.on(type, (event: unknown) => say({ kind: 'event', event }));
port.on('message', (message: ToLibrary) => {
  if (message.kind === 'ping') ping(message.id);
  else void run(message);
});
say({ kind: 'ready' });

async function run({
  id,
  resource,
  operation,
  parameters,
}: Extract<ToLibrary, { kind: 'call' }>): Promise<void> {
  try {
    const operations = client[resource] as Record<string, Operation | undefined> | undefined;
    const call = operations?.[operation];
    if (call === undefined) throw new Error(`this Asterisk's ARI has no ${resource}.${operation}`);
    say({ kind: 'answer', id, value: plain(await call({ ...parameters })) });
  } catch (error) {
    say({ kind: 'refusal', id, why: wordsOf(error) });
  }
}

function ping(id: number): void {
  client.once('pong', () => say({ kind: 'answer', id, value: undefined }));
  client.ping();
}

/**
 * The library throws at a type of event it does not know and at text that is no JSON, and a throw in here would leave
 * the socket's reader in the middle of a frame.
 */
function guard(socket: EventEmitter): void {
  for (const listener of socket.listeners('message')) {
    socket.off('message', listener as () => void);
    socket.on('message', (data: unknown) => {
      try {
        const event: unknown = JSON.parse(String(data));
        const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined;
        if (typeof type === 'string' && WANTED.has(type)) listener.call(socket, data);
      } catch (error) {
        say({ kind: 'fault', why: wordsOf(error) });
      }
    });
  }
}

/** The data of an answer without the client that the library hangs into it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  const own = Object.entries(value).filter(
    ([name, one]) => !name.startsWith('_') && typeof one !== 'function',
  );
  return Object.fromEntries(own.map(([name, one]) => [name, plain(one)]));
}

/** Asterisk's answer to a refused request is JSON with a message. */
function wordsOf(error: unknown): string {
  const text = messageOf(error);
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'message' in answer) return String(answer.message);
  } catch {
    // Not JSON: the text is the reason.
  }
  return text;
}
