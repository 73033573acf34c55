/** The database's thread: opens the database, then answers one request after the other. It keeps no time of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Guard, StoreDatabase } from './database.ts';
import { storeError } from './failure.ts';
import {
  type Ask,
  monotonic,
  type QuestionKind,
  type Refusal,
  type Reply,
  type Request,
} from './messages.ts';
import { type Opening, openDatabase } from './opening.ts';
import { StoreError } from './store.ts';

const port = parentPort;
if (port === null) throw new Error('This is the thread of the store; it is not run by itself.');
serve(workerData as Opening);

function serve(opening: Opening): void {
  let database: StoreDatabase;
  try {
    database = new StoreDatabase(openDatabase(opening));
  } catch (error) {
    say({ id: 'open', refusal: refusalOf(storeError(error, 'unusable', 'Cannot open', opening.path)) });
    port?.close();
    return;
  }
  port?.on('message', (request: Request) => {
    say(answer(database, request, opening.path));
    if (request.kind === 'close') port?.close();
  });
  say({ id: 'open', path: opening.path });
}

function answer(database: StoreDatabase, request: Request, path: string): Reply {
  const { id, kind } = request;
  const guard: Guard = () => {
    if (monotonic() < request.expires) return;
    throw new StoreError('failed', 'The disk took too long; nothing was changed', 'Try again.');
  };
  try {
    guard();
    return { id, answer: ask(database, kind, request.ask, guard) };
  } catch (error) {
    database.noteDamage(error);
    const doing = WRITES.has(kind) ? 'Cannot write to' : 'Cannot read';
    return { id, refusal: refusalOf(storeError(error, 'failed', doing, path)) };
  }
}

const WRITES: ReadonlySet<QuestionKind> = new Set(['commit', 'recovered', 'batch', 'prune']);

function ask<K extends QuestionKind>(
  database: StoreDatabase,
  kind: K,
  question: Ask<K>,
  guard: Guard,
): unknown {
  return database.handlers[kind](question, guard);
}

function refusalOf({ fault, message, hint }: StoreError): Refusal {
  return { fault, message, hint };
}

function say(reply: Reply): void {
  port?.postMessage(reply);
}
